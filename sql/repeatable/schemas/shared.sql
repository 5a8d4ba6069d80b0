-- anon has no access: every row belongs to a tenant, and anon belongs to none. The token hook runs as
-- supabase_auth_admin and reads tenants and users. The backup program lists checkpoints.
revoke all on schema shared from public, anon, authenticated, service_role;
grant usage on schema shared to authenticated, service_role, supabase_auth_admin;
