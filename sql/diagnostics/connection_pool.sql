-- Connection time-outs: how many of the connections are taken, by whom, and how many idle inside a transaction.
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
