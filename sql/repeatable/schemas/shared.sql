-- anon has no business here: every row belongs to a tenant, and anon to none. The token hook runs as
-- supabase_auth_admin and reads tenants and users; a checkpoint is listed by the backup program.
revoke all on schema shared from public, anon, authenticated, service_role;
grant usage on schema shared to authenticated, service_role, supabase_auth_admin;
