-- Written through private.create_recovery_checkpoint() only.
revoke all on table shared.recovery_checkpoints from public, anon, authenticated, service_role;
