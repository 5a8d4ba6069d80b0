-- An address is stored in lower case, so that equality finds it and no two of a tenant differ in case alone.
create or replace function private.normalize_email() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.email := lower(new.email);
  return new;
end
$$;

comment on function private.normalize_email() is 'Trigger: addresses are in lower case.';
revoke all on function private.normalize_email() from public, anon, authenticated, service_role;
alter function private.normalize_email() owner to app_owner;
