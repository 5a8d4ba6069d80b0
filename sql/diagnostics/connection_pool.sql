-- Connection time-outs: connections in use by user, and how many of them are idle in a transaction.
select
  coalesce(usename, backend_type) as connected_as,
  application_name,
  count(*) as connections,
  count(*) filter (where state = 'active') as active,
  count(*) filter (where state = 'idle in transaction') as idle_in_transaction,
  max(now() - xact_start) as oldest_transaction,
  current_setting('max_connections')::integer as maximum_connections
from pg_stat_activity
group by 1, 2
order by connections desc;
