-- The signed-in person: sub of the JWT, null where there is none or it is no uuid.
--
-- It reads the claims itself rather than through auth.uid(): app_owner, as which the definer functions run, has no
-- USAGE on schema auth, and a malformed sub must mean nobody, not an error. Security definer only to call its neighbour:
-- whoever is signed in may look up no name in schema private.
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
