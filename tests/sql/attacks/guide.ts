import type { Client } from "pg";

/**
 * Installs the guide's own SQL that the attacks need, in a schema `guide`. Each attack is first shown to succeed there. Names and bodies
 * are the guide's; only the schema differs, and a grant gives signed-in users access.
 *
 * @param client `postgres`, after `seedWorld`
 */
export async function installGuide(client: Client): Promise<void> {
  await client.query(`
    create schema guide;
    grant usage on schema guide to authenticated;

    create table guide.tenants as select id, name, industry, subdomain from shared.tenants;
    create table guide.users (
      id uuid primary key default gen_random_uuid(),
      tenant_id uuid not null,
      email text unique not null,
      role text not null default 'user',
      first_name text
    );
    insert into guide.users select id, tenant_id, email, role, first_name from shared.users;
    create table guide.customers (
      id uuid primary key default gen_random_uuid(),
      tenant_id uuid not null,
      first_name text not null,
      last_name text not null,
      settings jsonb default '{}'
    );
    insert into guide.customers
      select id, tenant_id, first_name, last_name,
        case when pii_restricted then '{"pii_restricted": true}' else '{}' end::jsonb
      from shared.customers;
    create table guide.work_orders (
      id uuid primary key default gen_random_uuid(),
      tenant_id uuid not null,
      customer_id uuid not null
    );

    create function guide.get_current_tenant_id() returns uuid as $$
    begin
      return coalesce(
        (nullif(current_setting('app.current_tenant_id', true), ''))::uuid,
        (auth.jwt() ->> 'tenant_id')::uuid
      );
    end;
    $$ language plpgsql security definer;

    alter table guide.users enable row level security;
    alter table guide.customers enable row level security;
    alter table guide.work_orders enable row level security;
    create policy "Tenant users" on guide.users using (tenant_id = guide.get_current_tenant_id());
    create policy "Admin full access" on guide.users for all
      using (tenant_id = guide.get_current_tenant_id() and (auth.jwt() ->> 'role')::text = 'admin');
    create policy "User own data" on guide.users for all
      using (tenant_id = guide.get_current_tenant_id() and id = (auth.jwt() ->> 'sub')::uuid);
    create policy "Tenant customers" on guide.customers using (tenant_id = guide.get_current_tenant_id());
    create policy "Sensitive customer data" on guide.customers for all
      using (
        tenant_id = guide.get_current_tenant_id()
        and (
          (auth.jwt() ->> 'role')::text in ('admin', 'manager')
          or ((auth.jwt() ->> 'role')::text = 'employee' and not (settings ? 'pii_restricted'))
        )
      );
    create policy "Tenant work orders" on guide.work_orders using (tenant_id = guide.get_current_tenant_id());

    grant select, insert, update, delete on all tables in schema guide to authenticated;
  `);
}
