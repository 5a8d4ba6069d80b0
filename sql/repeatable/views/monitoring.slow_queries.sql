-- The 50 queries with the most total time. Only members of pg_monitor see the query texts of other roles.
create or replace view monitoring.slow_queries with (security_invoker = true) as
select
  query,
  calls,
  total_exec_time,
  total_exec_time / nullif(calls, 0) as avg_exec_time,
  rows / nullif(calls, 0) as avg_rows,
  100.0 * shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0) as hit_percent
from extensions.pg_stat_statements
order by total_exec_time desc
limit 50;

comment on view monitoring.slow_queries is 'The 50 queries that took the most time, in milliseconds.';
revoke all on table monitoring.slow_queries from public, anon, authenticated, service_role;
grant select on table monitoring.slow_queries to monitoring;
alter view monitoring.slow_queries owner to app_owner;
