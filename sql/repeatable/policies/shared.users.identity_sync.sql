-- The trigger on auth.users keeps email and last log-in in step; the grant names just these two columns.
create policy identity_sync on shared.users
  for update
  to supabase_auth_admin
  using (true)
  with check (true);
