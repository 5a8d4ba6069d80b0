-- Times of every statement of this database, by the role that runs it. The database probe counts the slow ones. It has no texts,
-- because a query may contain a tenant's data.
create or replace view monitoring.statement_times with (security_invoker = true) as
select
  pg_get_userbyid(userid) as usename,
  queryid,
  calls,
  mean_exec_time,
  total_exec_time
from extensions.pg_stat_statements
where dbid = (select oid from pg_catalog.pg_database where datname = current_database());

comment on view monitoring.statement_times is 'Calls and times of each statement, in milliseconds.';
revoke all on table monitoring.statement_times from public, anon, authenticated, service_role;
grant select on table monitoring.statement_times to monitoring;
alter view monitoring.statement_times owner to app_owner;
