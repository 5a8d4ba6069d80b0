-- Reads and writes per table. The guide used tablename, but the column of pg_stat_user_tables is relname.
create or replace view monitoring.database_performance with (security_invoker = true) as
select
  schemaname,
  relname as tablename,
  seq_scan,
  seq_tup_read,
  idx_scan,
  idx_tup_fetch,
  n_tup_ins,
  n_tup_upd,
  n_tup_del,
  n_live_tup,
  n_dead_tup,
  vacuum_count,
  autovacuum_count,
  analyze_count,
  autoanalyze_count
from pg_catalog.pg_stat_user_tables
order by seq_tup_read desc;

comment on view monitoring.database_performance is 'Reads and writes per table.';
revoke all on table monitoring.database_performance from public, anon, authenticated, service_role;
grant select on table monitoring.database_performance to monitoring;
alter view monitoring.database_performance owner to app_owner;
