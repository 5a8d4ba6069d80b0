-- The person's role inside the tenant: admin, manager, employee or user. The token carries it too (claim tenant_role) for
-- the application's own use, but a policy goes by the membership, so that a demotion takes effect at once.
-- The claim `role` is another thing: the Postgres role.
create or replace function private.get_current_tenant_role() returns text
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  return (
    select member.role
    from shared.users as member
    where member.id::text = lower(claims ->> 'sub')
      and member.tenant_id::text = lower(claims ->> 'tenant_id')
      and member.disabled_at is null
  );
end
$$;

comment on function private.get_current_tenant_role() is 'The caller''s role inside the tenant, from the membership.';
revoke all on function private.get_current_tenant_role() from public, anon, authenticated, service_role;
grant execute on function private.get_current_tenant_role() to authenticated;
alter function private.get_current_tenant_role() owner to app_owner;
