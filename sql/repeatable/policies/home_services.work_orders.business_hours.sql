-- The guide's "Business hours access", restrictive and in the tenant's own time zone. Admins and managers work when they
-- have to.
create policy business_hours on home_services.work_orders
  as restrictive
  for select
  to authenticated
  using (
    (select private.get_current_tenant_role()) in ('admin', 'manager')
    or (select private.is_within_business_hours())
  );
