import type { Client } from "pg";

export const backupPassword = "backup / password with ünïcode & %2F";

/**
 * Creates a small application: two tenants behind forced row-level security, and one example of everything that restores often lose:
 * owners, grants, comments, odd names, generated columns, sequences, partitions, policies and triggers on the platform's
 * tables, a job, a bucket, a publication that hides deletes.
 *
 * @param client `postgres`
 */
export async function createShop(client: Client): Promise<void> {
  await client.query(`
    create role app_owner nologin;
    grant app_owner to postgres;
    create role backup login bypassrls password ${client.escapeLiteral(backupPassword)};
    grant pg_read_all_data to backup;
    alter role backup set statement_timeout = 0;

    create extension pg_trgm with schema extensions;
    create extension pg_cron;

    create schema shop authorization app_owner;
    create schema "Odd "" schema";
    set role app_owner;
    create type shop.mood as enum ('sad', 'ok', 'happy');
    create table shop.tenants (id int primary key, name text not null);
    create table shop.customers (
      id bigint generated always as identity primary key,
      tenant_id int not null references shop.tenants,
      name text not null,
      upper_name text generated always as (upper(name)) stored,
      mood shop.mood default 'ok',
      photo bytea,
      user_id uuid
    );
    comment on table shop.customers is 'Who buys';
    create index customers_tenant on shop.customers (tenant_id);
    create table shop.events (tenant_id int not null, at timestamptz not null, note text) partition by range (at);
    create table shop.events_2025 partition of shop.events for values from ('2025-01-01') to ('2026-01-01');
    create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
    create sequence shop.invoice_number start 1000;
    alter table shop.customers enable row level security;
    alter table shop.customers force row level security;
    grant usage on schema shop to anon, authenticated;
    grant select, insert on shop.customers to authenticated;
    alter default privileges for role app_owner in schema shop grant select on tables to authenticated;
    reset role;

    create policy tenant_isolation on shop.customers to authenticated
      using (tenant_id = ((select auth.jwt()) ->> 'tenant_id')::int);
    alter table shop.customers add foreign key (user_id) references auth.users (id);
    create table "Odd "" schema"."Table with $ and ünïcode" ("the ""column" text);
    create function public.on_new_user() returns trigger language plpgsql as 'begin return new; end';
    create trigger on_new_user after insert on auth.users for each row execute function public.on_new_user();
    create policy own_files on storage.objects for select to authenticated using (bucket_id = 'photos');
    create materialized view public.tenant_names as select name from shop.tenants;
    alter publication supabase_realtime add table shop.tenants;
    alter publication supabase_realtime set (publish = 'insert, update');

    insert into auth.users (id, email)
      select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'user' || n || '@example.com' from generate_series(1, 2) n;
    insert into storage.buckets (id, name) values ('photos', 'photos');
    insert into shop.tenants values (1, 'one'), (2, 'two');
    insert into shop.customers (tenant_id, name, photo, user_id)
      select 1 + n % 2, 'customer ü ' || n, decode(md5(n::text), 'hex'), ('00000000-0000-4000-8000-00000000000' || 1 + n % 2)::uuid
      from generate_series(1, 101) n;
    insert into shop.events select 1 + n % 2, '2025-12-31'::timestamptz + n * interval '1 hour', 'event' from generate_series(1, 50) n;
    insert into "Odd "" schema"."Table with $ and ünïcode" values ('tab	and
newline'), (null), ('\\\\.');
    refresh materialized view public.tenant_names;
    select nextval('shop.invoice_number'), nextval('shop.invoice_number');
    select cron.schedule('nightly', '0 3 * * *', 'select 1');
  `);
}

/** Returns all rows of the application and of its users, as text that does not depend on their storage. */
export async function readRows(client: Client): Promise<Record<string, string[]>> {
  const tables = [
    "shop.tenants",
    "shop.customers",
    "shop.events_2025",
    "shop.events_2026",
    '"Odd "" schema"."Table with $ and ünïcode"',
    "public.tenant_names",
    "auth.users",
    "storage.buckets",
  ];
  const rows: Record<string, string[]> = {};
  for (const table of tables) {
    const result = await client.query<{ row: string }>(`select t::text as row from ${table} t order by 1`);
    rows[table] = result.rows.map(({ row }) => row);
  }
  const sequence = await client.query<{ row: string }>(
    "select format('%s %s', last_value, is_called) as row from shop.invoice_number",
  );
  rows["shop.invoice_number"] = sequence.rows.map(({ row }) => row);
  return rows;
}
