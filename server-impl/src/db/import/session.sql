-- Sessions that cannot be imported. Their tokens are not shown.

insert into import_conflict ("table", id, reason)
select 'session', s.id, format('it has the same token as session %s of the source', first.id)
from import_session s
join (
  select token, (array_agg(id order by "createdAt", id))[1] as id
  from import_session group by token having count(*) > 1
) first on first.token = s.token and first.id <> s.id;

insert into import_conflict ("table", id, reason)
select 'session', s.id, format('it has the same token as session %s of the target', t.id)
from import_session s join session t on t.token = s.token and t.id <> s.id;

insert into import_conflict ("table", id, reason)
select 'session', s.id, format('in the target it belongs to user %s', t."userId")
from import_session s join session t on t.id = s.id and t."userId" <> s."userId";
