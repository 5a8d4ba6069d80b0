-- The guide's "Business hours access", restrictive and in the tenant's own time zone. Admins and managers work when they
-- have to. Nothing in it depends on the row, so all of it is asked once per statement.
create policy business_hours on home_services.work_orders
  as restrictive
  for select
  to authenticated
  using ((
    select private.get_current_tenant_role() in ('admin', 'manager') or private.is_within_business_hours()
  ));
