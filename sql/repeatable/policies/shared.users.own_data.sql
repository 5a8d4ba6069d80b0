-- The guide's "User own data" and "Admin full access", restrictive: as permissive policies beside the tenant's they
-- would be OR-ed with it and restrict nothing.
create policy own_data on shared.users
  as restrictive
  for select
  to authenticated
  using (
    (select private.get_current_tenant_role() in ('admin', 'manager'))
    or id = (select private.get_current_user_id())
  );
