-- Returns the signed-in user: `sub` of the JWT, or null if it is missing or not a uuid.
--
-- It reads the claims directly instead of calling auth.uid(). Security definer functions run as app_owner, which has no USAGE on
-- schema auth, and a malformed `sub` must mean "no user" instead of an error. Security definer only to call uuid_or_null(),
-- because signed-in users have no USAGE on schema private.
create or replace function private.get_current_user_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.uuid_or_null(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub');
end
$$;

comment on function private.get_current_user_id() is 'The signed-in person, from the JWT.';
revoke all on function private.get_current_user_id() from public, anon, authenticated, service_role;
grant execute on function private.get_current_user_id() to authenticated, app_owner;
alter function private.get_current_user_id() owner to app_owner;
