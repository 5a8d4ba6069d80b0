-- Lets the trigger on auth.users update the membership. The grant names the columns.
create policy identity_sync on shared.users
  for update
  to supabase_auth_admin
  using (true)
  with check (true);
