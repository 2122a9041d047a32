-- The indexes of table $1, upstream's or ours, that find by the columns $2 the rows of the condition $3 (all, if that is
-- empty).
select i.relname::text as name
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_am m on m.oid = i.relam
where x.indrelid = to_regclass(quote_ident($1)) and x.indisvalid and m.amname = 'btree'
  and coalesce(pg_get_expr(x.indpred, x.indrelid), '') = $3
  and $2 = (
    select array_agg(c.attname::text order by k.place)
    from unnest(x.indkey::int2[]) with ordinality k (attnum, place)
    join pg_attribute c on c.attrelid = x.indrelid and c.attnum = k.attnum
    where k.place <= cardinality($2)
  )
