create policy tenant_isolation on restaurants.orders
  to authenticated
  using (tenant_id = (select private.get_current_tenant_id()))
  with check (tenant_id = (select private.get_current_tenant_id()));
