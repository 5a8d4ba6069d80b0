-- The audit trigger's function runs as app_owner.
create policy trigger_may_append on audit.entries
  for insert
  to app_owner
  with check (true);
