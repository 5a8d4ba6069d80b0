-- Whether the tenant is open now, by the clock of its own time zone. Hours may run past midnight (18:00 to 02:00);
-- equal hours mean always open.
create or replace function private.is_within_business_hours() returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((
    select case
      when opens_at = closes_at then true
      when opens_at < closes_at then local_time >= opens_at and local_time < closes_at
      else local_time >= opens_at or local_time < closes_at
    end
    from (
      select
        business_opens_at as opens_at,
        business_closes_at as closes_at,
        (now() at time zone time_zone)::time as local_time
      from shared.tenants
      where id = private.get_current_tenant_id()
    ) as clock
  ), false);
end
$$;

comment on function private.is_within_business_hours() is 'Whether the caller''s tenant is open now.';
revoke all on function private.is_within_business_hours() from public, anon, authenticated, service_role;
grant execute on function private.is_within_business_hours() to authenticated;
alter function private.is_within_business_hours() owner to app_owner;
