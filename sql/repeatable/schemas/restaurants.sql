-- anon has no access: every row belongs to a tenant, and anon belongs to none.
revoke all on schema restaurants from public, anon, authenticated, service_role;
grant usage on schema restaurants to authenticated, service_role;
