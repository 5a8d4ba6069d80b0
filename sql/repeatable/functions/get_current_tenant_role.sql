-- The role inside the tenant: admin, manager, employee or user. A person's comes from the membership, so that a demotion takes
-- effect at once, whatever the token still says (claim tenant_role); a machine's, which has no membership, from the token.
-- The claim `role` is another thing: the Postgres role.
create or replace function private.get_current_tenant_role() returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  caller constant uuid := private.uuid_or_null(claims ->> 'sub');
  named constant uuid := private.uuid_or_null(claims ->> 'tenant_id');
  role_of_member text;
begin
  -- A person who passes private.get_current_tenant_id(), found in one go: every statement pays for this.
  select member.role
  into role_of_member
  from shared.users as member
  left join private.people as person on person.id = member.id
  where member.id = caller
    and member.tenant_id = named
    and member.disabled_at is null
    and (person.suspended_until is null or person.suspended_until <= now());
  if found then
    return role_of_member;
  end if;
  return case when private.get_current_tenant_id() is not null then claims ->> 'tenant_role' end;
end
$$;

comment on function private.get_current_tenant_role() is 'The caller''s role inside the tenant.';
revoke all on function private.get_current_tenant_role() from public, anon, authenticated, service_role;
grant execute on function private.get_current_tenant_role() to authenticated;
alter function private.get_current_tenant_role() owner to app_owner;
