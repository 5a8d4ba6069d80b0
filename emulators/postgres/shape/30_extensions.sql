-- Preinstalled on every project. Projects create other extensions themselves.
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

grant execute on all functions in schema extensions to anon, authenticated, service_role, postgres;
revoke execute on function extensions.pg_stat_statements_reset from public, anon, authenticated;
grant select on extensions.pg_stat_statements, extensions.pg_stat_statements_info to postgres;
