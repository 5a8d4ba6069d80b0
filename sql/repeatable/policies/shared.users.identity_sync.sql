-- The trigger on auth.users keeps the membership in step; the grant names the columns.
create policy identity_sync on shared.users
  for update
  to supabase_auth_admin
  using (true)
  with check (true);
