-- Partitions of metrics and of the audit trail. If a default partition has rows, the partition of their month was created too
-- late: `select private.maintain_partitions();` moves the rows.
select
  link.inhparent::regclass as table_name,
  link.inhrelid::regclass as partition,
  pg_get_expr(child.relpartbound, child.oid) as bounds,
  child.reltuples::bigint as estimated_rows,
  pg_size_pretty(pg_total_relation_size(child.oid)) as size
from pg_inherits as link
join pg_class as child on child.oid = link.inhrelid
where link.inhparent in ('shared.metrics'::regclass, 'audit.entries'::regclass)
order by 1, 2;
