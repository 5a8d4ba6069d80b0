-- The guide's first diagnostic query.
create or replace view monitoring.active_connections with (security_invoker = true) as
select
  pid,
  usename,
  application_name,
  client_addr,
  wait_event_type,
  wait_event,
  now() - query_start as running_for,
  query
from pg_catalog.pg_stat_activity
where state = 'active'
  and pid <> pg_backend_pid()
order by query_start;

comment on view monitoring.active_connections is 'Running queries.';
revoke all on table monitoring.active_connections from public, anon, authenticated, service_role;
grant select on table monitoring.active_connections to monitoring;
alter view monitoring.active_connections owner to app_owner;
