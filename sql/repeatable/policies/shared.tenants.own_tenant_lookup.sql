-- What the security definer functions, which run as app_owner, need of this table: the row of the caller's tenant.
create policy own_tenant_lookup on shared.tenants
  for select
  to app_owner
  using (id = (select private.get_current_tenant_id()));
