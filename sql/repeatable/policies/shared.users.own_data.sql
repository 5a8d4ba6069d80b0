-- The guide's "User own data" and "Admin full access", but restrictive: PostgreSQL combines permissive policies with OR, so
-- beside the tenant's policy they would restrict nothing.
create policy own_data on shared.users
  as restrictive
  for select
  to authenticated
  using (
    (select private.get_current_tenant_role() in ('admin', 'manager'))
    or id = (select private.get_current_user_id())
  );
