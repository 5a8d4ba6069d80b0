-- Realtime problems: missing partitions of realtime.messages, published tables, lag of replication slots.
select 'partition of realtime.messages' as what, partition.relname::text as name, null::bigint as lag_bytes
from pg_inherits
join pg_class as partition on partition.oid = inhrelid
where inhparent = 'realtime.messages'::regclass
union all
select 'published table', schemaname || '.' || tablename, null
from pg_publication_tables
where pubname = 'supabase_realtime'
union all
select 'replication slot', slot_name::text, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint
from pg_replication_slots
order by 1, 2;
