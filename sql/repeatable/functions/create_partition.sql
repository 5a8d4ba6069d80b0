-- Creates the partition of a month unless it exists. All partitions are created here, so they all have the owner app_owner,
-- enabled and forced row-level security, and no grants. A query on a partition skips the policies of the parent. Without
-- grants and policies, the partition shows no rows to such a query.
--
-- The partition is created as a separate table and then attached, because attaching blocks neither readers nor writers of the
-- parent. Rows that arrived before the partition existed are moved from the default partition. Months are in UTC.
--
-- Partitions of an append-only table are append-only. The trigger of the default partition is disabled only while
-- rows are moved.
create or replace function private.create_partition(parent regclass, month date) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  first_day constant date := date_trunc('month', month);
  next_month constant date := first_day + interval '1 month';
  schema_name name;
  parent_name name;
  key_column name;
  child_name name;
  default_name name;
  has_rows boolean;
  guard name;
begin
  select schema.nspname, class.relname, attribute.attname
  into strict schema_name, parent_name, key_column
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as schema on schema.oid = class.relnamespace
  join pg_catalog.pg_partitioned_table as partitioned on partitioned.partrelid = class.oid
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = class.oid and attribute.attnum = partitioned.partattrs[0]
  where class.oid = parent;

  child_name := parent_name || to_char(first_day, '_YYYY_MM');
  default_name := parent_name || '_default';
  perform pg_advisory_xact_lock(hashtextextended('private.create_partition ' || parent, 0));

  if to_regclass(format('%I.%I', schema_name, default_name)) is null then
    execute format('create table %I.%I partition of %s default', schema_name, default_name, parent);
    perform private.close_partition(schema_name, default_name);
  end if;
  if to_regclass(format('%I.%I', schema_name, child_name)) is not null then
    return false;
  end if;

  execute format(
    'create table %I.%I (like %s including defaults including constraints including storage)',
    schema_name, child_name, parent
  );
  perform private.close_partition(schema_name, child_name);
  execute format(
    'select exists (select from %I.%I where %I >= %L and %I < %L)',
    schema_name, default_name, key_column, first_day, key_column, next_month
  ) into has_rows;
  if has_rows then
    for guard in
      select tgname from pg_catalog.pg_trigger
      where tgrelid = format('%I.%I', schema_name, default_name)::regclass
        and tgfoid = 'private.refuse_audit_change()'::regprocedure
    loop
      execute format('alter table %I.%I disable trigger %I', schema_name, default_name, guard);
    end loop;
    execute format(
      'with moved as (delete from %1$I.%2$I where %3$I >= %5$L and %3$I < %6$L returning *)
       insert into %1$I.%4$I select * from moved',
      schema_name, default_name, key_column, child_name, first_day, next_month
    );
  end if;
  execute format(
    'alter table %s attach partition %I.%I for values from (%L) to (%L)',
    parent, schema_name, child_name, first_day, next_month
  );
  perform private.guard_partitions(parent);
  return true;
end
$$;

comment on function private.create_partition(regclass, date) is 'Creates the partition of a month. True if it did not exist.';
revoke all on function private.create_partition(regclass, date) from public, anon, authenticated, service_role;
alter function private.create_partition(regclass, date) owner to app_owner;
