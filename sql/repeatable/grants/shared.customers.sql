-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table shared.customers from public, anon, authenticated, service_role;
grant select, insert, update, delete on table shared.customers to authenticated, service_role;
