create policy admin_may_delete on shared.users
  as restrictive
  for delete
  to authenticated
  using ((select private.get_current_tenant_role() = 'admin' and private.has_second_factor()));
