-- The guide's third diagnostic query.
create or replace view monitoring.table_statistics with (security_invoker = true) as
select
  schemaname,
  relname as tablename,
  n_live_tup,
  n_dead_tup,
  last_vacuum,
  last_autovacuum,
  last_analyze,
  last_autoanalyze
from pg_catalog.pg_stat_user_tables
order by n_dead_tup desc;

comment on view monitoring.table_statistics is 'Dead rows and vacuum per table.';
revoke all on table monitoring.table_statistics from public, anon, authenticated, service_role;
grant select on table monitoring.table_statistics to monitoring;
alter view monitoring.table_statistics owner to app_owner;
