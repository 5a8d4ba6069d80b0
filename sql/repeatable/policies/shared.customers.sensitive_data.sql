-- The guide's "Sensitive customer data", restrictive and on a column that exists: admins and managers see every customer,
-- employees those without restriction, users none.
create policy sensitive_data on shared.customers
  as restrictive
  to authenticated
  using (
    (select private.get_current_tenant_role() in ('admin', 'manager'))
    or (not pii_restricted and (select private.get_current_tenant_role() = 'employee'))
  );
