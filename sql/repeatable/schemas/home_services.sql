-- anon has no access: every row belongs to a tenant, and anon belongs to none.
revoke all on schema home_services from public, anon, authenticated, service_role;
grant usage on schema home_services to authenticated, service_role;
