-- Only private.create_recovery_checkpoint() writes checkpoints.
revoke all on table shared.recovery_checkpoints from public, anon, authenticated, service_role;
