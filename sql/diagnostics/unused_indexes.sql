-- Indexes that no query has used after the last reset of the statistics, and that enforce no constraint.
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
