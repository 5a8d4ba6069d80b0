-- Notifies a tenant's clients of changes on the private topic tenant:<id>:changes: one message per statement and tenant, with
-- the ids of the rows. Above 100 rows, it only contains their number. A client then reads the rows that it may see.
--
-- A message contains no columns, so it cannot bypass a restrictive policy (sensitive data, business hours), and it stays small
-- for any rows: the guide's pg_notify failed every write above 8,000 bytes. Deletes are only sent this way, because the
-- realtime publication cannot filter them by policy.
--
-- Security definer and owned by postgres, one of the declared exceptions: app_owner cannot get the privileges to write
-- realtime.messages. It only reads the transition table. A failure of Realtime, such as a missing partition of
-- realtime.messages, causes a warning and never fails the write.
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

comment on function private.notify_realtime_changes() is 'Trigger: broadcasts changes on the tenant''s topic.';
revoke all on function private.notify_realtime_changes() from public, anon, authenticated, service_role;
