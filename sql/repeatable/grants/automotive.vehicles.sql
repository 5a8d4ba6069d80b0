-- Which rows is the policies' matter; truncate skips policies, so nobody has it.
revoke all on table automotive.vehicles from public, anon, authenticated, service_role;
grant select, insert, update, delete on table automotive.vehicles to authenticated, service_role;
