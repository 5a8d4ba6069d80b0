-- Restrictive: only an admin of the tenant with a second factor. The trail contains data that other policies hide.
create policy admin_may_read on audit.entries
  as restrictive
  for select
  to authenticated
  using (tenant_id = (select case when private.has_second_factor() then private.get_tenant_as('{admin}') end));
