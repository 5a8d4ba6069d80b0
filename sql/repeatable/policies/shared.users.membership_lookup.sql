-- Lets private.get_current_tenant_id(), which runs as app_owner, read the caller's own membership.
create policy membership_lookup on shared.users
  for select
  to app_owner
  using (id = (select private.get_current_user_id()));
