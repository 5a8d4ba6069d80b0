-- Sets what all partitions have in common: the owner, enabled and forced row-level security, and no grants.
create or replace function private.close_partition(schema_name text, table_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'revoke all on table %I.%I from public, anon, authenticated, service_role', schema_name, table_name
  );
  execute format('alter table %I.%I enable row level security, force row level security', schema_name, table_name);
  execute format('alter table %I.%I owner to app_owner', schema_name, table_name);
end
$$;

comment on function private.close_partition(text, text) is 'Sets owner, row-level security and grants of a new partition.';
revoke all on function private.close_partition(text, text) from public, anon, authenticated, service_role;
alter function private.close_partition(text, text) owner to app_owner;
