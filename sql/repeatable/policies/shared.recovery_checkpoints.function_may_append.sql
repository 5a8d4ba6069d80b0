-- private.create_recovery_checkpoint() runs as app_owner.
create policy function_may_append on shared.recovery_checkpoints
  for insert
  to app_owner
  with check (true);
