-- Tells a tenant's clients what changed, on the private topic tenant:<id>:changes: one message per statement and tenant, with
-- the ids of the rows, or above 100 rows in the statement only their number. A client reads the rows it may see.
--
-- No column goes out, so that no restrictive policy (sensitive data, business hours) is bypassed, and a message stays small
-- whatever the rows weigh: the guide's pg_notify failed every write beyond 8,000 bytes. Deletes go this way only, since
-- the realtime publication cannot filter them by policy.
--
-- Security definer and owned by postgres, one of the declared exceptions: writing realtime.messages takes rights that
-- app_owner cannot be given. It reads nothing but the transition table. A failure of Realtime, such as a missing partition of
-- realtime.messages, is a warning and never fails the write.
create or replace function private.notify_realtime_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  maximum_ids constant integer := 100;
  with_ids boolean;
  change record;
begin
  select count(*) <= maximum_ids into with_ids from (select from changed_rows limit maximum_ids + 1) as first_rows;

  for change in
    select tenant_id, count(*) as row_count, jsonb_agg(id) filter (where with_ids) as ids
    from changed_rows
    group by tenant_id
  loop
    perform realtime.send(
      jsonb_build_object(
        'schema', tg_table_schema,
        'table', tg_table_name,
        'operation', tg_op,
        'row_count', change.row_count,
        'ids', change.ids,
        'timestamp', now()
      ),
      lower(tg_op),
      'tenant:' || change.tenant_id || ':changes',
      true
    );
  end loop;
  return null;
exception when others then
  raise warning 'change of %.% was not broadcast: %', tg_table_schema, tg_table_name, sqlerrm;
  return null;
end
$$;

comment on function private.notify_realtime_changes() is 'Trigger: broadcasts what changed on the tenant''s topic.';
revoke all on function private.notify_realtime_changes() from public, anon, authenticated, service_role;
