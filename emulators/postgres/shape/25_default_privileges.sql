-- Since 2026-10-30, only the owner has privileges on a new table or sequence in public. All roles may still execute functions.
alter default privileges for role postgres in schema public
  grant execute on functions to anon, authenticated, service_role;

alter default privileges for role supabase_auth_admin in schema auth
  grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth
  grant all on sequences to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth
  grant all on functions to postgres, dashboard_user;
