-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table restaurants.orders from public, anon, authenticated, service_role;
grant select, insert, update, delete on table restaurants.orders to authenticated, service_role;
