create or replace function public.handle_new_user()
returns trigger
language plpgsql
security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, full_name, avatar_url)
  values (new.id, new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'avatar_url');
  return new;
end;
$$;

drop trigger if exists on_auth_user_created on auth.users;
create trigger on_auth_user_created
  after insert on auth.users
  for each row execute procedure public.handle_new_user();

create schema if not exists private;

-- Policies ask this function, so that a policy of studio_members does not ask itself.
create function private.studios_of_user(minimum public.member_role default 'staff')
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select studio_id from public.studio_members
  where user_id = (select auth.uid()) and (minimum = 'staff' or role = 'owner')
$$;
grant usage on schema private to authenticated;
revoke execute on function private.studios_of_user(public.member_role) from public, anon;
grant execute on function private.studios_of_user(public.member_role) to authenticated;

create policy "Public profiles are viewable by everyone." on public.profiles for select using (true);
create policy "Users can insert their own profile." on public.profiles
  for insert with check ((select auth.uid()) = id);
create policy "Users can update own profile." on public.profiles
  for update using ((select auth.uid()) = id);

create policy "Members see their studios" on public.studios for select to authenticated
  using (id in (select private.studios_of_user()) or created_by = (select auth.uid()));
create policy "Everyone signed in may open a studio" on public.studios for insert to authenticated
  with check (created_by = (select auth.uid()));
create policy "Owners change their studio" on public.studios for update to authenticated
  using (id in (select private.studios_of_user('owner'))) with check (true);

create policy "Members see each other" on public.studio_members for select to authenticated
  using (studio_id in (select private.studios_of_user()));

create policy "Staff sees bookings" on public.bookings for select to authenticated
  using (studio_id in (select private.studios_of_user()));
create policy "Customers see their bookings" on public.bookings for select to authenticated
  using (customer_id = (select auth.uid()));
create policy "Customers request bookings" on public.bookings for insert to authenticated
  with check (customer_id = (select auth.uid()) and status = 'requested');

create function public.make_creator_owner() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into studio_members (studio_id, user_id, role) values (new.id, new.created_by, 'owner');
  return null;
end;
$$;
create trigger make_creator_owner after insert on public.studios
  for each row execute function public.make_creator_owner();

grant select on public.profiles to anon;
grant select, insert, update, delete on all tables in schema public to authenticated;
grant all on all tables in schema public to service_role;
grant usage, select on all sequences in schema public to authenticated, service_role;
alter default privileges in schema public grant select, insert, update, delete on tables to authenticated;
alter default privileges in schema public grant all on tables to service_role;
