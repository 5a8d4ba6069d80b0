-- Colleagues see each other; nobody speaks for another.
create policy own_presence_delete on shared.presence
  as restrictive
  for delete
  to authenticated
  using (user_id = (select private.get_current_user_id()));
