create policy tenant_isolation on shared.tenants
  to authenticated
  using (id = (select private.get_current_tenant_id()))
  with check (id = (select private.get_current_tenant_id()));
