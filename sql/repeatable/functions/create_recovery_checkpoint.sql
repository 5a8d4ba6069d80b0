-- Records the current moment under a name, before a critical change. Returns the id of the checkpoint.
--
-- The guide also runs CHECKPOINT. Hosted Supabase refuses it, and a recovery does not need it.
-- Security definer: callers can append to the table, but neither read nor change it.
create or replace function private.create_recovery_checkpoint(checkpoint_name text, description text default null)
returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  checkpoint_id constant uuid := gen_random_uuid();
begin
  insert into shared.recovery_checkpoints (id, name, description)
  values (checkpoint_id, checkpoint_name, create_recovery_checkpoint.description);
  return checkpoint_id::text;
end
$$;

comment on function private.create_recovery_checkpoint(text, text) is 'Records a named moment for a recovery.';
revoke all on function private.create_recovery_checkpoint(text, text) from public, anon, authenticated, service_role;
grant execute on function private.create_recovery_checkpoint(text, text) to backup;
alter function private.create_recovery_checkpoint(text, text) owner to app_owner;
