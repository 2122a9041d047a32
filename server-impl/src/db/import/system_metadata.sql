-- Nothing shows which of two configurations is newer.
insert into import_conflict ("table", id, reason)
select 'system_metadata', s.key, 'the target has a different value'
from import_system_metadata s join system_metadata t on t.key = s.key and t.value <> s.value;
