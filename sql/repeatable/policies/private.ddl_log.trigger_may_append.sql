-- The event trigger's function runs as app_owner.
create policy trigger_may_append on private.ddl_log
  for insert
  to app_owner
  with check (true);
