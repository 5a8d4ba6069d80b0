set local role app_owner;

create or replace view shared.customer_names with (security_invoker = true) as
  select c.id, c.name from shared.customers c where c.net > 0;
grant select on shared.customer_names to authenticated;

drop materialized view if exists internal.customer_counts;
create materialized view internal.customer_counts as
  select c.tenant_id, count(*) as customers from shared.customers c group by c.tenant_id;

reset role;
