-- Only the service role creates and deletes tenants. An admin may change the columns below. Subdomain and industry are not among
-- them, because a refused subdomain would reveal other tenants.
revoke all on table shared.tenants from public, anon, authenticated, service_role;
grant select on table shared.tenants to authenticated, supabase_auth_admin;
grant update (name, time_zone, business_opens_at, business_closes_at, settings) on table shared.tenants to authenticated;
grant select, insert, update, delete on table shared.tenants to service_role;
