-- The indexes of table $1 that find rows by the columns $2, whoever made them. The one named $3 is ours.
select i.relname::text as name
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_am m on m.oid = i.relam
where x.indrelid = to_regclass(quote_ident($1)) and x.indisvalid and m.amname = 'btree'
  and (x.indpred is null or i.relname = $3)
  and $2 = (
    select array_agg(c.attname::text order by k.place)
    from unnest(x.indkey::int2[]) with ordinality k (attnum, place)
    join pg_attribute c on c.attrelid = x.indrelid and c.attnum = k.attnum
    where k.place <= cardinality($2)
  )
