-- For the functions of its owner only.
revoke all on table private.people from public, anon, authenticated, service_role;
