-- Lets security definer functions, which run as app_owner, read the row of the caller's tenant.
create policy own_tenant_lookup on shared.tenants
  for select
  to app_owner
  using (id = (select private.get_current_tenant_id()));
