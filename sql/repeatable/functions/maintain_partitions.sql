-- Partitions of this month and the next three, and none older than the retention. Run daily by the job
-- maintain-partitions; one that missed a day, or sixty, catches up. Writes never wait for a partition: what finds none
-- goes to the default one.
--
-- Takes no lock for longer than five seconds; a day on which it cannot have one is made good by the next.
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

comment on function private.maintain_partitions(timestamptz) is 'Makes coming partitions and drops expired ones.';
revoke all on function private.maintain_partitions(timestamptz) from public, anon, authenticated, service_role;
alter function private.maintain_partitions(timestamptz) owner to app_owner;
