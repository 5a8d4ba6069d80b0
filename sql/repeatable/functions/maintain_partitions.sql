-- Creates the partitions of this month and the next three, and drops those older than the retention. The job
-- maintain-partitions runs it daily; after missed days, the next run catches up. Writes never wait for a partition: rows
-- without one go to the default partition.
--
-- It waits at most five seconds for a lock. If it does not get one, the run of the next day tries again.
create or replace function private.maintain_partitions(as_of timestamptz default now()) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '5s'
as $$
declare
  this_month constant date := date_trunc('month', as_of);
  kept record;
  expired record;
begin
  for kept in
    select *
    from (values
      ('audit.entries'::regclass, interval '24 months'),
      ('private.ddl_log'::regclass, interval '24 months'),
      ('shared.metrics'::regclass, interval '13 months')
    ) as tables (parent, retention)
  loop
    for months_ahead in 0..3 loop
      perform private.create_partition(kept.parent, (this_month + make_interval(months => months_ahead))::date);
    end loop;
    perform private.guard_partitions(kept.parent);

    for expired in
      select child.oid::regclass as name
      from pg_catalog.pg_inherits as link
      join pg_catalog.pg_class as child on child.oid = link.inhrelid
      where link.inhparent = kept.parent
        and child.relname ~ '_[0-9]{4}_[0-9]{2}$'
        and to_date(right(child.relname, 7), 'YYYY_MM') < this_month - kept.retention
    loop
      execute format('drop table %s', expired.name);
    end loop;
  end loop;
end
$$;

comment on function private.maintain_partitions(timestamptz) is 'Job: creates future partitions and drops expired ones.';
revoke all on function private.maintain_partitions(timestamptz) from public, anon, authenticated, service_role;
alter function private.maintain_partitions(timestamptz) owner to app_owner;
