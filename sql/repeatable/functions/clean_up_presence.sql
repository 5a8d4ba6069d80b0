-- Removes the presence of users whose heartbeat has stopped.
create or replace function private.clean_up_presence(silence interval default '5 minutes') returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  removed integer;
begin
  delete from shared.presence where last_seen < now() - silence;
  get diagnostics removed = row_count;
  return removed;
end
$$;

comment on function private.clean_up_presence(interval) is 'Job: removes presence without a recent heartbeat.';
revoke all on function private.clean_up_presence(interval) from public, anon, authenticated, service_role;
alter function private.clean_up_presence(interval) owner to app_owner;
