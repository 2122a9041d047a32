-- API keys that cannot be imported. Their secrets are not shown.

insert into import_conflict ("table", id, reason)
select 'api_key', s.id, format('it has the same secret as API key %s of the source', first.id)
from import_api_key s
join (
  select key, (array_agg(id order by "createdAt", id))[1] as id
  from import_api_key group by key having count(*) > 1
) first on first.key = s.key and first.id <> s.id;

insert into import_conflict ("table", id, reason)
select 'api_key', s.id, format('it has the same secret as API key %s of the target', t.id)
from import_api_key s join api_key t on t.key = s.key and t.id <> s.id;

insert into import_conflict ("table", id, reason)
select 'api_key', s.id, format('in the target it belongs to user %s', t."userId")
from import_api_key s join api_key t on t.id = s.id and t."userId" <> s."userId";
