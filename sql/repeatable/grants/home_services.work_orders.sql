-- Which rows is the policies' matter; truncate skips policies, so nobody has it.
revoke all on table home_services.work_orders from public, anon, authenticated, service_role;
grant select, insert, update, delete on table home_services.work_orders to authenticated, service_role;
