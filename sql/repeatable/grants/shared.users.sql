-- A membership is made by the service role, after the person accepted: an admin who could insert one would draw any person
-- into the tenant. Id, tenant and email are never a client's to write.
revoke all on table shared.users from public, anon, authenticated, service_role;
grant select, delete on table shared.users to authenticated;
grant update (first_name, last_name, phone, avatar_url, settings, role, disabled_at) on table shared.users to authenticated;
grant select, insert, update, delete on table shared.users to service_role;
-- The token hook reads; the trigger on auth.users keeps these in step, and empties them where an account is deleted.
grant select on table shared.users to supabase_auth_admin;
grant update (
  email, last_login_at, first_name, last_name, phone, avatar_url, settings, disabled_at
) on table shared.users to supabase_auth_admin;
