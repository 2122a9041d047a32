-- Users that cannot be imported, each with every reason.

-- The user who could log in so far keeps the address; then the older account.
insert into import_conflict ("table", id, reason)
select 'user', id, format('the e-mail address %s is also that of user %s of the source', email, holder)
from (
  select id, email, first_value(id) over (partition by email order by "isLowered", "createdAt", id) as holder
  from import_user
) same
where id <> holder;

insert into import_conflict ("table", id, reason)
select 'user', s.id, format('the e-mail address %s is also that of user %s of the target', s.email, t.id)
from import_user s join "user" t on t.email = s.email and t.id <> s.id;

insert into import_conflict ("table", id, reason)
select 'user', s.id, format('the storage label %s is also that of user %s of the target', s."storageLabel", t.id)
from import_user s join "user" t on t."storageLabel" = s."storageLabel" and t.id <> s.id;

-- Upstream allows several; here there is one.
insert into import_conflict ("table", id, reason)
select 'user', s.id, format('%s would be a second administrator beside user %s', s.email, one.id)
from import_user s, (
  select id from (
    select id, 1 as place, "createdAt" from "user" where "isAdmin" and "deletedAt" is null
    union all
    select id, 2, "createdAt" from import_user where "isAdmin" and "deletedAt" is null
  ) live order by place, "createdAt", id limit 1
) one
where s."isAdmin" and s."deletedAt" is null and s.id <> one.id;

insert into import_conflict ("table", id, reason)
select 'user', id, format('the status of %s is %s, which this program does not support', email, quote_literal(status))
from import_user where status not in ('active', 'removing', 'deleted');
