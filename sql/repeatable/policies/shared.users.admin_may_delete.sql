create policy admin_may_delete on shared.users
  as restrictive
  for delete
  to authenticated
  using (tenant_id = (select case when private.has_second_factor() then private.get_tenant_as('{admin}') end));
