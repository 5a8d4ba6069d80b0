-- Creates one partition per day, from yesterday to three days ahead. On a hosted project, the Realtime server does this.
do $$
declare
  partition_day date;
  partition_name text;
begin
  for partition_day in
    select day::date
    from generate_series(current_date - 1, current_date + 3, interval '1 day') as day
  loop
    partition_name := to_char(partition_day, '"messages_"YYYY_MM_DD');
    if to_regclass(format('realtime.%I', partition_name)) is null then
      execute format(
        'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        partition_name, partition_day, partition_day + 1
      );
      execute format('alter table realtime.%I owner to supabase_realtime_admin', partition_name);
      execute format('alter table realtime.%I enable row level security', partition_name);
    end if;
  end loop;
end
$$;
