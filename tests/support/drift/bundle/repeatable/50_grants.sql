set local role app_owner;

grant select, insert, update on shared.customers to authenticated;
grant select on shared.tenants, shared.metrics to authenticated;
grant update (name) on shared.tenants to authenticated;
grant usage on sequence shared.ticket_number to authenticated;

reset role;

grant usage on schema public to app_owner;
alter role authenticator set pgrst.db_aggregates_enabled = 'true';
