-- The guide's "Sensitive customer data", but restrictive and on an existing column: admins and managers see every customer,
-- employees see those without restriction, and users see none. The condition is on the key, so a query of a user reads no rows.
create policy sensitive_data on shared.customers
  as restrictive
  to authenticated
  using (
    tenant_id = (select private.get_tenant_as('{admin,manager,employee}'))
    and (not pii_restricted or (select private.get_current_tenant_role() in ('admin', 'manager')))
  );
