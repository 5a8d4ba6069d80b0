-- Writes the audit trail: one entry per changed row, once per statement, from the transition tables. An entry for an update
-- only contains the changed columns. An update that only changes timestamps has no entry.
--
-- Security definer, because no API role may write to the trail. It runs as app_owner, and the policy trigger_may_append allows
-- app_owner only to insert.
--
-- `offset 0` keeps the planner from merging the subqueries, which would convert each row into JSON once per reference.
create or replace function private.record_audit_entries() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := private.get_current_user_id();
  -- The role that `set role` chose. Unlike current_user, a security definer function does not change it.
  writer text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
begin
  if tg_op = 'INSERT' then
    insert into audit.entries
      (tenant_id, table_schema, table_name, operation, row_id, actor_id, actor_role, new_values)
    select
      coalesce(image ->> 'tenant_id', image ->> 'id')::uuid, tg_table_schema, tg_table_name, 'insert',
      id, person, writer, image
    from (select id, to_jsonb(new_row) as image from new_rows as new_row offset 0) as written;

  elsif tg_op = 'DELETE' then
    insert into audit.entries
      (tenant_id, table_schema, table_name, operation, row_id, actor_id, actor_role, old_values)
    select
      coalesce(image ->> 'tenant_id', image ->> 'id')::uuid, tg_table_schema, tg_table_name, 'delete',
      id, person, writer, image
    from (select id, to_jsonb(old_row) as image from old_rows as old_row offset 0) as removed;

  else
    insert into audit.entries
      (tenant_id, table_schema, table_name, operation, row_id, actor_id, actor_role, old_values, new_values)
    select
      coalesce(new_image ->> 'tenant_id', new_image ->> 'id')::uuid, tg_table_schema, tg_table_name, 'update',
      id, person, writer, changed.old_values, changed.new_values
    from (
      select id, to_jsonb(old_row) as old_image, to_jsonb(new_row) as new_image
      from old_rows as old_row
      join new_rows as new_row using (id)
      offset 0
    ) as written
    cross join lateral (
      select
        jsonb_object_agg(after.key, old_image -> after.key) as old_values,
        jsonb_object_agg(after.key, after.value) as new_values
      from jsonb_each(new_image - array['updated_at', 'last_login_at']) as after
      where after.value is distinct from old_image -> after.key
    ) as changed
    where changed.new_values is not null
      and coalesce(old_image ->> 'tenant_id', '') = coalesce(new_image ->> 'tenant_id', '');
  end if;
  return null;
end
$$;

comment on function private.record_audit_entries() is 'Trigger: appends to the audit trail.';
revoke all on function private.record_audit_entries() from public, anon, authenticated, service_role;
alter function private.record_audit_entries() owner to app_owner;
