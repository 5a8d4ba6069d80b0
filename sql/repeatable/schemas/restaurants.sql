-- anon has no business here: every row belongs to a tenant, and anon to none.
revoke all on schema restaurants from public, anon, authenticated, service_role;
grant usage on schema restaurants to authenticated, service_role;
