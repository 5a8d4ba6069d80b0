-- Keeps a membership in step with the person's account, inside Auth's own transaction and with Auth's own role, which holds update
-- on just these columns: email and last log-in; and where the account is deleted, the membership ends and forgets the person.
--
-- A sign-in neither fails nor waits for this: a failure is a warning, and a row that somebody else has locked is left alone after
-- half a second. The next sign-in brings it in step.
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
    -- The member with this address may have another one by now, which this table does not know yet.
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
    raise warning 'user % was not brought in step with auth.users: %', new.id, sqlerrm;
  end;
  update shared.users set last_login_at = new.last_sign_in_at where id = new.id;
  return null;
exception when others then
  raise warning 'user % was not brought in step with auth.users: %', new.id, sqlerrm;
  return null;
end
$$;

comment on function private.sync_auth_user() is 'Trigger on auth.users: the membership follows the account.';
revoke all on function private.sync_auth_user() from public, anon, authenticated, service_role;
alter function private.sync_auth_user() owner to app_owner;
