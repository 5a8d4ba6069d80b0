-- The role inside the tenant: admin, manager, employee or user. A person's comes from the membership, so that a demotion takes
-- effect at once, whatever the token still says (claim tenant_role); a machine's, which has no membership, from the token.
-- The claim `role` is another thing: the Postgres role.
create or replace function private.get_current_tenant_role() returns text
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if private.get_current_tenant_id() is null then
    return null;
  end if;
  return coalesce(
    (select member.role from shared.users as member where member.id = private.get_current_user_id()),
    claims ->> 'tenant_role'
  );
end
$$;

comment on function private.get_current_tenant_role() is 'The caller''s role inside the tenant.';
revoke all on function private.get_current_tenant_role() from public, anon, authenticated, service_role;
grant execute on function private.get_current_tenant_role() to authenticated;
alter function private.get_current_tenant_role() owner to app_owner;
