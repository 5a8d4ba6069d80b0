-- anon has no business here: every row belongs to a tenant, and anon to none.
revoke all on schema home_services from public, anon, authenticated, service_role;
grant usage on schema home_services to authenticated, service_role;
