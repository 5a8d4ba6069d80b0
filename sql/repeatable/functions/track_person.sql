-- Keeps private.people in step with auth.users: who is known, and who is shut out until when. Inside Auth's own transaction, so
-- that a ban or a deletion counts for tokens that are still valid, from that moment. Security definer: nobody but the owner
-- reaches the table. It is not called by a sign-in, and an account that could not be tracked must not come to be.
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

comment on function private.track_person() is 'Trigger on auth.users: who is known, and who is shut out.';
revoke all on function private.track_person() from public, anon, authenticated, service_role;
alter function private.track_person() owner to app_owner;
