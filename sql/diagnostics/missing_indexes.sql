-- Large tables with sequential scans: look for filters that no index supports.
select
  schemaname,
  relname as tablename,
  seq_scan,
  seq_tup_read,
  idx_scan,
  n_live_tup,
  pg_size_pretty(pg_table_size(relid)) as size
from pg_stat_user_tables
where n_live_tup > 10000
  and seq_scan > coalesce(idx_scan, 0)
order by seq_tup_read desc;
