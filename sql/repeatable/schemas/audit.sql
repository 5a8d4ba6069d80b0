-- authenticated reads the trail through the view shared.audit_trail. Policies show it only to admins.
revoke all on schema audit from public, anon, authenticated, service_role;
grant usage on schema audit to authenticated, service_role;
