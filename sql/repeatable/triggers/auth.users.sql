create or replace trigger sync_membership
  after update of email, last_sign_in_at on auth.users
  for each row when (
    new.email is distinct from old.email or new.last_sign_in_at is distinct from old.last_sign_in_at
  )
  execute function private.sync_auth_user();

create or replace trigger track_person
  after insert or delete or update of banned_until, deleted_at on auth.users
  for each row execute function private.track_person();
