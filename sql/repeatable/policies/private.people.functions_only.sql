-- private.track_person() writes and private.get_current_tenant_id() reads, both as app_owner. No other role has privileges.
create policy functions_only on private.people
  to app_owner
  using (true)
  with check (true);
