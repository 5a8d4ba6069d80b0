-- People may change their own data, except their role and whether they are disabled. An admin with a second factor may change
-- the data of all members.
create policy own_data_update on shared.users
  as restrictive
  for update
  to authenticated
  using (
    id = (select private.get_current_user_id())
    or (select private.get_current_tenant_role() = 'admin' and private.has_second_factor())
  )
  with check (
    (
      id = (select private.get_current_user_id())
      and role = (select private.get_current_tenant_role())
      and disabled_at is null
    )
    or (select private.get_current_tenant_role() = 'admin' and private.has_second_factor())
  );
