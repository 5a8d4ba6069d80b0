-- Keeps a membership's email and last log-in in step with the person's, inside Auth's own transaction and with Auth's own
-- role: supabase_auth_admin holds update on just these two columns.
--
-- A failure must not keep anybody from signing in, so it is a warning.
create or replace function private.sync_auth_user() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update shared.users
  set email = coalesce(new.email, email), last_login_at = new.last_sign_in_at
  where id = new.id;
  return null;
exception when others then
  raise warning 'user % was not brought in step with auth.users: %', new.id, sqlerrm;
  return null;
end
$$;

comment on function private.sync_auth_user() is 'Trigger on auth.users: email and last log-in of the membership.';
revoke all on function private.sync_auth_user() from public, anon, authenticated, service_role;
alter function private.sync_auth_user() owner to app_owner;
