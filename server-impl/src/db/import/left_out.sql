-- Rows that are not imported: those in conflict, and those that belong to them.

insert into import_left_out ("table", id, "isConflict")
select distinct "table", id, true from import_conflict;

insert into import_left_out ("table", id, "isConflict")
select 'user_metadata', concat_ws(' ', s."userId", s.key), false
from import_user_metadata s
join import_left_out l on l."table" = 'user' and l.id = s."userId"::text
on conflict do nothing;

insert into import_left_out ("table", id, "isConflict")
select 'api_key', s.id::text, false
from import_api_key s
join import_left_out l on l."table" = 'user' and l.id = s."userId"::text
on conflict do nothing;

insert into import_left_out ("table", id, "isConflict")
select 'session', s.id::text, false
from import_session s
join import_left_out l on l."table" = 'user' and l.id = s."userId"::text
on conflict do nothing;

-- The sessions that such sessions created.
insert into import_left_out ("table", id, "isConflict")
with recursive gone (id) as (
  select id::uuid from import_left_out where "table" = 'session'
  union
  select s.id from import_session s join gone on s."parentId" = gone.id
)
select 'session', id::text, false from gone
on conflict do nothing;
