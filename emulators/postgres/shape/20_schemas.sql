-- The schemas of a new project, with their owners and privileges.
alter database postgres owner to postgres;

create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema graphql authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
create schema vault authorization supabase_admin;
create schema extensions authorization postgres;
create schema pgbouncer authorization pgbouncer;

grant usage, create on schema auth to supabase_auth_admin;
grant usage, create on schema storage to supabase_storage_admin;
grant usage, create on schema realtime to supabase_realtime_admin;

grant usage on schema public, extensions, auth, storage, realtime to anon, authenticated, service_role, postgres;
grant usage on schema graphql_public to anon, authenticated, service_role, postgres;
grant usage on schema vault to postgres, service_role;
grant usage on schema extensions, auth, storage, realtime to dashboard_user;
grant create on schema public to postgres;
