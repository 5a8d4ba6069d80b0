-- The queries that took the most time since the statistics were reset (select extensions.pg_stat_statements_reset()).
select calls, round(total_exec_time) as total_ms, round(avg_exec_time::numeric, 2) as average_ms, avg_rows, hit_percent, query
from monitoring.slow_queries;
