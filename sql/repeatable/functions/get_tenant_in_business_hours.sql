-- Returns the caller's tenant if the caller may work now: admins and managers at any time, others during the tenant's business
-- hours, in its time zone. Hours may span midnight (18:00 to 02:00). Equal hours mean always open.
create or replace function private.get_tenant_in_business_hours() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenant constant uuid := private.get_tenant_as('{admin,manager}');
begin
  if tenant is not null then
    return tenant;
  end if;
  -- The policy own_tenant_lookup shows app_owner one row: the tenant of private.get_current_tenant_id().
  return (
    select id
    from shared.tenants, lateral (select (now() at time zone time_zone)::time as local_time) as clock
    where id = private.uuid_or_null(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id')
      and case
        when business_opens_at = business_closes_at then true
        when business_opens_at < business_closes_at
        then local_time >= business_opens_at and local_time < business_closes_at
        else local_time >= business_opens_at or local_time < business_closes_at
      end
  );
end
$$;

comment on function private.get_tenant_in_business_hours() is 'The caller''s tenant, if the caller may work now.';
revoke all on function private.get_tenant_in_business_hours() from public, anon, authenticated, service_role;
grant execute on function private.get_tenant_in_business_hours() to authenticated;
alter function private.get_tenant_in_business_hours() owner to app_owner;
