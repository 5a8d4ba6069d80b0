-- Members see the presence of all colleagues, and write only their own.
create policy own_presence_insert on shared.presence
  as restrictive
  for insert
  to authenticated
  with check (user_id = (select private.get_current_user_id()));
