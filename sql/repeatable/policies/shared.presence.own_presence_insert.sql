-- Colleagues see each other; nobody speaks for another.
create policy own_presence_insert on shared.presence
  as restrictive
  for insert
  to authenticated
  with check (user_id = (select private.get_current_user_id()));
