-- Only the service role creates memberships, after the person has accepted: an admin with INSERT could add any person to
-- the tenant. Clients never write id, tenant and email.
revoke all on table shared.users from public, anon, authenticated, service_role;
grant select, delete on table shared.users to authenticated;
grant update (first_name, last_name, phone, avatar_url, settings, role, disabled_at) on table shared.users to authenticated;
grant select, insert, update, delete on table shared.users to service_role;
-- The token hook reads these columns. The trigger on auth.users updates them, and clears them if the account is deleted.
grant select on table shared.users to supabase_auth_admin;
grant update (
  email, last_login_at, first_name, last_name, phone, avatar_url, settings, disabled_at
) on table shared.users to supabase_auth_admin;
