-- Isolates a table with a column tenant_id: enables and forces row-level security, revokes all grants of API roles, and creates
-- one permissive policy. Call it in the migration that creates the table, so the table is never without a policy, and grant
-- access afterwards. It can be called again.
--
-- Unlike the guide's, row-level security is forced, the policy is for signed-in users, and the tenant is read once per statement.
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

comment on function private.create_tenant_policy(text, text, text) is 'Isolates the tenants of a table.';
revoke all on function private.create_tenant_policy(text, text, text) from public, anon, authenticated, service_role;
alter function private.create_tenant_policy(text, text, text) owner to app_owner;
