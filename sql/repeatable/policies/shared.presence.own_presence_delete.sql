-- Members see the presence of all colleagues, and write only their own.
create policy own_presence_delete on shared.presence
  as restrictive
  for delete
  to authenticated
  using (user_id = (select private.get_current_user_id()));
