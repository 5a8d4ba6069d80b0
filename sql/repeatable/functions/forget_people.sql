-- Deletes the records of accounts that were deleted a month ago. No token of Auth is valid for so long. A token with a session
-- belongs to a person even without a record; see private.get_current_tenant_id().
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

comment on function private.forget_people(interval) is 'Job: deletes records of accounts that were deleted long ago.';
revoke all on function private.forget_people(interval) from public, anon, authenticated, service_role;
alter function private.forget_people(interval) owner to app_owner;
