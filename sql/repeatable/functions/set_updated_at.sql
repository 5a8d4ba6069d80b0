-- A row-level trigger, because only a BEFORE ROW trigger can change the row that is written.
create or replace function private.set_updated_at() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function private.set_updated_at() is 'Trigger: keeps updated_at.';
revoke all on function private.set_updated_at() from public, anon, authenticated, service_role;
alter function private.set_updated_at() owner to app_owner;
