create policy tenant_isolation on audit.entries
  for select
  to authenticated
  using (tenant_id = (select private.get_current_tenant_id()));
