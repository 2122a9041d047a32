-- What prevents the use of upstream's database: one row per fault.
-- Expected are the columns that this program reads or writes. Others are ignored.
with expected ("table", "column", "types") as (values
  ('user', 'id', '{uuid}'::text[]),
  ('user', 'email', '{character varying,text}'),
  ('user', 'password', '{character varying,text}'),
  ('user', 'name', '{character varying,text}'),
  ('user', 'isAdmin', '{boolean}'),
  ('user', 'shouldChangePassword', '{boolean}'),
  ('user', 'status', '{character varying,text}'),
  ('user', 'storageLabel', '{character varying,text}'),
  ('user', 'profileImagePath', '{character varying,text}'),
  ('user', 'profileChangedAt', '{timestamp with time zone}'),
  ('user', 'avatarColor', '{character varying,text}'),
  ('user', 'oauthId', '{character varying,text}'),
  ('user', 'quotaSizeInBytes', '{bigint}'),
  ('user', 'quotaUsageInBytes', '{bigint}'),
  ('user', 'createdAt', '{timestamp with time zone}'),
  ('user', 'updatedAt', '{timestamp with time zone}'),
  ('user', 'deletedAt', '{timestamp with time zone}'),
  ('user', 'updateId', '{uuid}'),
  ('session', 'id', '{uuid}'),
  ('session', 'token', '{character varying,text,bytea}'),
  ('session', 'userId', '{uuid}'),
  ('session', 'parentId', '{uuid}'),
  ('session', 'expiresAt', '{timestamp with time zone}'),
  ('session', 'deviceType', '{character varying,text}'),
  ('session', 'deviceOS', '{character varying,text}'),
  ('session', 'appVersion', '{character varying,text}'),
  ('session', 'isPendingSyncReset', '{boolean}'),
  ('session', 'createdAt', '{timestamp with time zone}'),
  ('session', 'updatedAt', '{timestamp with time zone}'),
  ('session', 'updateId', '{uuid}'),
  ('api_key', 'id', '{uuid}'),
  ('api_key', 'name', '{character varying,text}'),
  ('api_key', 'key', '{character varying,text,bytea}'),
  ('api_key', 'userId', '{uuid}'),
  ('api_key', 'permissions', '{character varying[],text[]}'),
  ('api_key', 'createdAt', '{timestamp with time zone}'),
  ('api_key', 'updatedAt', '{timestamp with time zone}'),
  ('api_key', 'updateId', '{uuid}'),
  ('user_metadata', 'userId', '{uuid}'),
  ('user_metadata', 'key', '{character varying,text}'),
  ('user_metadata', 'value', '{jsonb}'),
  ('user_metadata', 'updatedAt', '{timestamp with time zone}'),
  ('user_metadata', 'updateId', '{uuid}'),
  ('system_metadata', 'key', '{character varying,text}'),
  ('system_metadata', 'value', '{jsonb}')
)
select distinct case
    when t.oid is null then format('there is no table %s', e."table")
    when c.attname is null then format('%s has no column %s', e."table", e."column")
    else format('%s.%s is of the type %s instead of %s',
                e."table", e."column", format_type(c.atttypid, null), e."types"[1])
  end as line
from expected e
left join pg_class t on t.oid = to_regclass(quote_ident(e."table")) and t.relkind in ('r', 'p')
left join pg_attribute c on c.attrelid = t.oid and c.attname = e."column" and c.attnum > 0 and not c.attisdropped
where c.attname is null or format_type(c.atttypid, null) <> all (e."types")
order by line
