-- Restrictive: only an admin of the tenant with a second factor.
create policy admin_may_update on shared.tenants
  as restrictive
  for update
  to authenticated
  using ((select private.get_current_tenant_role() = 'admin' and private.has_second_factor()));
