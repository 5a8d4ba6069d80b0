import type { ClientBase } from "pg";
import { fingerprint } from "../catalog/catalog";
import { addAddresses } from "./addresses";
import { createBegun } from "./begun";
import { notWritten } from "./written";

const create = `
select pg_advisory_xact_lock(hashtextextended('supabasex history', 0));
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
create table if not exists supabase_migrations.bundles (
  name text primary key,
  expected jsonb not null default '{}',
  fingerprint text not null
);
create table if not exists supabase_migrations.bundle_files (
  bundle text not null references supabase_migrations.bundles,
  path text not null,
  kind text not null check (kind in ('migration', 'repeatable')),
  sha256 text not null,
  applied_at timestamptz not null default clock_timestamp(),
  duration_ms integer not null,
  objects jsonb not null default '[]',
  depends_on jsonb not null default '[]',
  primary key (bundle, path)
);
alter table supabase_migrations.bundles add column if not exists base jsonb not null default '{}';
alter table supabase_migrations.bundle_files add column if not exists states jsonb not null default '[]';
${addAddresses};
${createBegun};
comment on table supabase_migrations.bundle_files is 'Files of SQL bundles as Pulumi (supabasex) applied them';`;

/** Creates missing tables and locks the bundle's row, so transactions of one bundle are serialized. */
export async function openHistory(client: ClientBase, bundle: string): Promise<void> {
  const { layout, hasMarkers } = await tablesIn(client);
  if (layout !== "current" || !hasMarkers) await client.query(create);
  await client.query(
    `insert into supabase_migrations.bundles (name, fingerprint) values ($1, $2) on conflict (name) do nothing`,
    [bundle, fingerprint({})],
  );
  const { rowCount } = await client.query(
    "select from supabase_migrations.bundles where name = $1 for update",
    [bundle],
  );
  if (rowCount !== 1) throw notWritten(`bundle ${bundle}`);
}

/**
 * Returns the layout of the tables: the current one, that of an older provider, without facts and addresses, or none.
 */
export async function layoutOf(client: ClientBase): Promise<Tables["layout"]> {
  return (await tablesIn(client)).layout;
}

interface Tables {
  readonly layout: "current" | "former" | "none";
  /** Whether the table of started statements outside of a transaction exists, too. */
  readonly hasMarkers: boolean;
}

async function tablesIn(client: ClientBase): Promise<Tables> {
  const { rows } = await client.query<Tables>(
    `select to_regclass('supabase_migrations.bundle_statements') is not null as "hasMarkers", case
       when to_regclass('supabase_migrations.bundle_files') is null
         or not exists (select from pg_attribute where attrelid = to_regclass('supabase_migrations.schema_migrations')
           and attname = 'name' and not attisdropped) then 'none'
       when exists (select from pg_attribute where attrelid = to_regclass('supabase_migrations.bundle_files')
           and attname = 'states' and not attisdropped)
         and exists (select from pg_attribute where attrelid = to_regclass('supabase_migrations.bundles')
           and attname = 'addresses' and not attisdropped) then 'current'
       else 'former' end as layout`,
  );
  return rows[0] ?? { layout: "none", hasMarkers: false };
}
