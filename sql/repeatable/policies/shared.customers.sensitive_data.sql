-- The guide's "Sensitive customer data", restrictive and on a column that exists: admins and managers see every customer,
-- employees those without restriction, users none. That is a condition on the key: a user's look-up reads no row of the tenant.
create policy sensitive_data on shared.customers
  as restrictive
  to authenticated
  using (
    tenant_id = (select private.get_tenant_as('{admin,manager,employee}'))
    and (not pii_restricted or (select private.get_current_tenant_role() in ('admin', 'manager')))
  );
