-- Puts a table with a column tenant_id under tenant isolation: row-level security on and forced, nothing granted to an
-- API role, one permissive policy. For the next table: call it in the migration that creates the table, so that the table is
-- never without a policy; what shall be reachable is granted afterwards. May be called again.
--
-- As in the guide, but forced, for signed-in users only, and with the tenant looked up once per statement, not per row.
create or replace function private.create_tenant_policy(
  schema_name text,
  table_name text,
  policy_name text default 'tenant_isolation'
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %I.%I enable row level security, force row level security', schema_name, table_name);
  execute format('revoke all on table %I.%I from public, anon, authenticated, service_role', schema_name, table_name);
  execute format('drop policy if exists %I on %I.%I', policy_name, schema_name, table_name);
  execute format(
    'create policy %I on %I.%I to authenticated
       using (tenant_id = (select private.get_current_tenant_id()))
       with check (tenant_id = (select private.get_current_tenant_id()))',
    policy_name, schema_name, table_name
  );
end
$$;

comment on function private.create_tenant_policy(text, text, text) is 'Puts a table under tenant isolation.';
revoke all on function private.create_tenant_policy(text, text, text) from public, anon, authenticated, service_role;
alter function private.create_tenant_policy(text, text, text) owner to app_owner;
