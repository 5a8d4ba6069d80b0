-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table automotive.repair_orders from public, anon, authenticated, service_role;
grant select, insert, update, delete on table automotive.repair_orders to authenticated, service_role;
