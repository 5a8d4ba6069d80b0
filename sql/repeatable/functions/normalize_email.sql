-- Stores addresses in lower case, so equality finds them and no two addresses of a tenant differ only in case.
create or replace function private.normalize_email() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.email := lower(new.email);
  return new;
end
$$;

comment on function private.normalize_email() is 'Trigger: converts addresses to lower case.';
revoke all on function private.normalize_email() from public, anon, authenticated, service_role;
alter function private.normalize_email() owner to app_owner;
