-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table retail.orders from public, anon, authenticated, service_role;
grant select, insert, update, delete on table retail.orders to authenticated, service_role;
