-- Members see the presence of all colleagues, and write only their own.
create policy own_presence_update on shared.presence
  as restrictive
  for update
  to authenticated
  using (user_id = (select private.get_current_user_id()));
