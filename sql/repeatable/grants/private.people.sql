-- Only for functions of its owner.
revoke all on table private.people from public, anon, authenticated, service_role;
