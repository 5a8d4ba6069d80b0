-- People may change their own data, but neither their role nor whether they are disabled; an admin may change anybody's,
-- with a second factor.
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
