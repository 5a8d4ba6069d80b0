-- Returns the caller's role in the tenant: admin, manager, employee or user. A person's role comes from the membership, so a
-- demotion takes effect at once, regardless of the claim tenant_role. A machine has no membership: its role comes from that claim.
-- The claim `role` is different: it is the PostgreSQL role.
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
  -- Checks the same conditions as private.get_current_tenant_id(), in one query because policies call this in every statement.
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
