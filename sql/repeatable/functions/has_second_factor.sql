-- Returns whether the session was confirmed with a second factor (assurance level 2 or higher).
create or replace function private.has_second_factor() returns boolean
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aal' in ('aal2', 'aal3'), false);
end
$$;

comment on function private.has_second_factor() is 'Whether the JWT says aal2 or higher.';
revoke all on function private.has_second_factor() from public, anon, authenticated, service_role;
grant execute on function private.has_second_factor() to authenticated;
alter function private.has_second_factor() owner to app_owner;
