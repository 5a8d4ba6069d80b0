-- The token hook runs as supabase_auth_admin, which has no BYPASSRLS.
create policy token_hook on shared.tenants
  for select
  to supabase_auth_admin
  using (true);
