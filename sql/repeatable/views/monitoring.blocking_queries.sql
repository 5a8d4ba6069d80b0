-- Sessions that wait for a lock, and the sessions that hold it. The guide joined pg_locks by the kind of lock only, which pairs
-- every waiting session with every holder. pg_blocking_pids() returns the actual ones.
create or replace view monitoring.blocking_queries with (security_invoker = true) as
select
  blocked.pid as blocked_pid,
  blocked.usename as blocked_user,
  blocking.pid as blocking_pid,
  blocking.usename as blocking_user,
  blocked.query as blocked_statement,
  blocking.query as current_statement_in_blocking_process,
  now() - blocked.state_change as waiting_for
from pg_catalog.pg_stat_activity as blocked
cross join lateral unnest(pg_blocking_pids(blocked.pid)) as holder (pid)
join pg_catalog.pg_stat_activity as blocking on blocking.pid = holder.pid
where blocked.wait_event_type = 'Lock';

comment on view monitoring.blocking_queries is 'Sessions that wait for a lock, and those that hold it.';
revoke all on table monitoring.blocking_queries from public, anon, authenticated, service_role;
grant select on table monitoring.blocking_queries to monitoring;
alter view monitoring.blocking_queries owner to app_owner;
