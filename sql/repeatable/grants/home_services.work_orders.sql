-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table home_services.work_orders from public, anon, authenticated, service_role;
grant select, insert, update, delete on table home_services.work_orders to authenticated, service_role;
