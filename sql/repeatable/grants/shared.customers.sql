-- Which rows is the policies' matter; truncate skips policies, so nobody has it.
revoke all on table shared.customers from public, anon, authenticated, service_role;
grant select, insert, update, delete on table shared.customers to authenticated, service_role;
