-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table shared.presence from public, anon, authenticated, service_role;
grant select, insert, update, delete on table shared.presence to authenticated, service_role;
