-- Indexes that no query used since the statistics were reset, and that enforce nothing.
select
  schemaname,
  relname as tablename,
  indexrelname as index_name,
  pg_size_pretty(pg_relation_size(indexrelid)) as size
from pg_stat_user_indexes
join pg_index using (indexrelid)
where idx_scan = 0
  and not indisunique
  and schemaname !~ '^(pg_|auth$|storage$|realtime$|cron$|vault$)'
order by pg_relation_size(indexrelid) desc;
