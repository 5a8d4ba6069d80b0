-- authenticated needs EXECUTE on what its policies call, but no USAGE: a policy finds its functions by identity, so nobody
-- signed in can call them by name.
revoke all on schema private from public, anon, authenticated, service_role;
grant usage on schema private to supabase_auth_admin, backup;
