-- Only for operators.
revoke all on schema monitoring from public, anon, authenticated, service_role;
grant usage on schema monitoring to monitoring;
