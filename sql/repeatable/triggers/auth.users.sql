create or replace trigger sync_membership
  after update of email, last_sign_in_at, deleted_at on auth.users
  for each row when (
    new.email is distinct from old.email
    or new.last_sign_in_at is distinct from old.last_sign_in_at
    or (new.deleted_at is not null and old.deleted_at is null)
  )
  execute function private.sync_auth_user();

create or replace trigger track_person
  after insert or delete or update of banned_until, deleted_at on auth.users
  for each row execute function private.track_person();

-- Adds the accounts that are older than the trigger. Creating the trigger locked out writers, so no account is missed.
insert into private.people as known (id, suspended_until)
select id, case when deleted_at is not null then 'infinity' else banned_until end
from auth.users
on conflict (id) do update
  set suspended_until = excluded.suspended_until
  where known.suspended_until is distinct from excluded.suspended_until;
