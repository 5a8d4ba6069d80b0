-- The queries with the most total time after the last reset of the statistics (select extensions.pg_stat_statements_reset()).
select calls, round(total_exec_time) as total_ms, round(avg_exec_time::numeric, 2) as average_ms, avg_rows, hit_percent, query
from monitoring.slow_queries;
