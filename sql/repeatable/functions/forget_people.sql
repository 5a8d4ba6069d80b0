-- Forgets accounts that were deleted a month ago. No token of Auth's is valid for so long, and a token with a session is a person's
-- in any case; see private.get_current_tenant_id().
create or replace function private.forget_people(after interval default '30 days') returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  forgotten integer;
begin
  delete from private.people where deleted_at < now() - after;
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;

comment on function private.forget_people(interval) is 'Job: forgets accounts that are gone for long.';
revoke all on function private.forget_people(interval) from public, anon, authenticated, service_role;
alter function private.forget_people(interval) owner to app_owner;
