-- Returns the caller's tenant if the caller has one of the given roles in it, else null. It combines
-- private.get_current_tenant_role() and private.get_current_tenant_id() in one query, which policies run once per statement.
create or replace function private.get_tenant_as(roles text[]) returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  caller constant uuid := private.uuid_or_null(claims ->> 'sub');
  named constant uuid := private.uuid_or_null(claims ->> 'tenant_id');
  role_of_member text;
begin
  select member.role
  into role_of_member
  from shared.users as member
  left join private.people as person on person.id = member.id
  where member.id = caller
    and member.tenant_id = named
    and member.disabled_at is null
    and (person.suspended_until is null or person.suspended_until <= now());
  if found then
    return case when role_of_member = any (roles) then named end;
  end if;
  -- A machine has no membership. For a person without a valid membership, there is no current tenant.
  return case when claims ->> 'tenant_role' = any (roles) then private.get_current_tenant_id() end;
end
$$;

comment on function private.get_tenant_as(text[]) is 'The caller''s tenant, if the caller has one of the roles in it.';
revoke all on function private.get_tenant_as(text[]) from public, anon, authenticated, service_role;
grant execute on function private.get_tenant_as(text[]) to authenticated;
alter function private.get_tenant_as(text[]) owner to app_owner;
