-- Policies select the rows. TRUNCATE skips policies, so no role has it.
revoke all on table retail.products from public, anon, authenticated, service_role;
grant select, insert, update, delete on table retail.products to authenticated, service_role;
