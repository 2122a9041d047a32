-- Columns that need a value in a new row and that this program does not write: one row per fault.
with written ("table", "columns") as (values
  ('user', '{email}'::text[]),
  ('session', '{token,userId}'),
  ('api_key', '{key,name,permissions,userId}'),
  ('system_metadata', '{key,value}')
)
select format('%s.%s is required, has no default and is unknown to this program', w."table", c.attname) as line
from written w
join pg_attribute c on c.attrelid = to_regclass(quote_ident(w."table")) and c.attnum > 0 and not c.attisdropped
where c.attnotnull and not c.atthasdef and c.attidentity = '' and c.attname <> all (w."columns")
order by line
