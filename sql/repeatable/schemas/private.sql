-- authenticated needs EXECUTE on the functions that its policies call, but no USAGE: a policy refers to its functions by
-- identity. So signed-in users cannot call them by name.
revoke all on schema private from public, anon, authenticated, service_role;
grant usage on schema private to supabase_auth_admin, backup;
