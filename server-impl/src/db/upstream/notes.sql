-- Notes for the operator about rows that are valid.
select case
    when count(*) = 1 then '1 user has capital letters in the e-mail address and cannot log in with a password, '
                           'as with upstream Immich'
    else format('%s users have capital letters in the e-mail address and cannot log in with a password, '
                'as with upstream Immich', count(*))
  end as line
from "user" where "deletedAt" is null and "email" <> lower("email")
having count(*) > 0
union all
select format('there are %s administrators, as upstream Immich allows; the sign-up of a first one is rejected',
              count(*))
from "user" where "isAdmin" and "deletedAt" is null
having count(*) > 1
union all
select format('the status %s of %s is not in the contract; clients see active instead, or deleted for deleted users',
              quote_literal("status"), case when count(*) = 1 then '1 user' else format('%s users', count(*)) end)
from "user" where "status" not in ('active', 'removing', 'deleted')
group by "status"
order by line
