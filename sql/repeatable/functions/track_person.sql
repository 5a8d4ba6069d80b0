-- Keeps private.people consistent with auth.users: which accounts exist, and until when they are banned. It runs in Auth's
-- transaction, so a ban or a deletion also applies at once to valid tokens. Security definer, because only the owner may
-- access the table. Sign-ins do not call it. An account that cannot be recorded must not be created, so errors are not caught.
create or replace function private.track_person() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    update private.people set suspended_until = 'infinity', deleted_at = now() where id = old.id;
  else
    insert into private.people (id, suspended_until)
    values (new.id, case when new.deleted_at is not null then 'infinity' else new.banned_until end)
    on conflict (id) do update set suspended_until = excluded.suspended_until, deleted_at = null;
  end if;
  return null;
end
$$;

comment on function private.track_person() is 'Trigger on auth.users: records accounts and bans.';
revoke all on function private.track_person() from public, anon, authenticated, service_role;
alter function private.track_person() owner to app_owner;
