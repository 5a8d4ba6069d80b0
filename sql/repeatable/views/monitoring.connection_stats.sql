-- Connections by client and state.
create or replace view monitoring.connection_stats with (security_invoker = true) as
select
  datname,
  usename,
  application_name,
  client_addr,
  state,
  count(*) as connection_count,
  max(now() - query_start) as max_query_duration
from pg_catalog.pg_stat_activity
where pid <> pg_backend_pid()
group by datname, usename, application_name, client_addr, state
order by connection_count desc;

comment on view monitoring.connection_stats is 'Connections by database, user, application, address and state.';
revoke all on table monitoring.connection_stats from public, anon, authenticated, service_role;
grant select on table monitoring.connection_stats to monitoring;
alter view monitoring.connection_stats owner to app_owner;
