-- Updates a membership when the person's account changes: email and last sign-in. If the account is deleted, it ends the
-- membership and removes the person's data from it. It runs in Auth's transaction, as Auth's role, which may only update these.
--
-- A sign-in neither fails because of this nor waits for it. An error causes a warning. If another session has locked the row, it
-- gives up after half a second, and the next sign-in updates the row.
create or replace function private.sync_auth_user() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
begin
  if new.deleted_at is not null then
    update shared.users
    set
      email = id || '@deleted.invalid', first_name = null, last_name = null, phone = null, avatar_url = null, settings = '{}',
      disabled_at = coalesce(disabled_at, now())
    where id = new.id;
    return null;
  end if;

  begin
    update shared.users
    set email = coalesce(new.email, email), last_login_at = new.last_sign_in_at
    where id = new.id;
    return null;
  exception when unique_violation then
    -- The member with this address may have a newer one in auth.users that this table does not have yet.
    update shared.users as former
    set email = person.email
    from shared.users as member, auth.users as person
    where member.id = new.id
      and former.tenant_id = member.tenant_id
      and former.email = lower(new.email)
      and former.id <> new.id
      and person.id = former.id
      and lower(person.email) <> former.email;
  end;
  begin
    update shared.users set email = new.email, last_login_at = new.last_sign_in_at where id = new.id;
    return null;
  exception when unique_violation then
    raise warning 'user % was not synchronized with auth.users: %', new.id, sqlerrm;
  end;
  update shared.users set last_login_at = new.last_sign_in_at where id = new.id;
  return null;
exception when others then
  raise warning 'user % was not synchronized with auth.users: %', new.id, sqlerrm;
  return null;
end
$$;

comment on function private.sync_auth_user() is 'Trigger on auth.users: updates the membership with the account.';
revoke all on function private.sync_auth_user() from public, anon, authenticated, service_role;
alter function private.sync_auth_user() owner to app_owner;
