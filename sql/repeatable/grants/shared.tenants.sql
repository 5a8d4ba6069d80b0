-- Tenants come and go by the service role alone. An admin may change these columns; subdomain and industry are not among
-- them: a refused subdomain would tell who else is a customer of ours.
revoke all on table shared.tenants from public, anon, authenticated, service_role;
grant select on table shared.tenants to authenticated, supabase_auth_admin;
grant update (name, time_zone, business_opens_at, business_closes_at, settings) on table shared.tenants to authenticated;
grant select, insert, update, delete on table shared.tenants to service_role;
