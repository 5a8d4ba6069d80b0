import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { evolve, type Made } from "./evolution";
import { afterFunction, createFunction, newFunction } from "./functions";
import { createPolicy, newPolicy } from "./policies";
import { Random } from "./random";
import { createIndex, createTable, createView, newTable, schemas } from "./tables";

/** The number of objects of each kind that the migrations of a project create, without those of the first migration. */
export interface ProjectSize {
  readonly migrations: number;
  readonly tables: number;
  readonly views: number;
  readonly materializedViews: number;
  /** Without those of constraints. */
  readonly indexes: number;
  readonly functions: number;
  readonly policies: number;
}

/**
 * The size of the largest public project that we tried: 1,250 migrations, 2,300 relations (tables, views, indexes of their own,
 * and a sequence for every second table), 970 functions, 630 policies.
 */
export const largeSize: ProjectSize = {
  migrations: 1250,
  tables: 796,
  views: 150,
  materializedViews: 10,
  indexes: 941,
  functions: 968,
  policies: 626,
};

/** The first migration, which creates 4 tables, 1 index and 0 sequences; 2 functions; 4 policies. */
const foundations = `
create extension if not exists citext with schema extensions;
${schemas.map((schema) => `create schema ${schema};\ngrant usage on schema ${schema} to authenticated, service_role;`).join("\n")}

create table accounts.tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug extensions.citext not null unique,
  created_at timestamptz not null default now()
);
create type accounts.member_role as enum ('owner', 'manager', 'member');
create table accounts.members (
  tenant_id uuid not null references accounts.tenants (id) on delete cascade,
  user_id uuid not null,
  role accounts.member_role not null default 'member',
  primary key (tenant_id, user_id)
);
create table accounts.settings (key text primary key, value jsonb not null);
create table accounts.audit_log (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  relation text not null,
  record_id text not null,
  edition integer not null,
  change jsonb not null,
  happened_at timestamptz not null default now()
);
create index audit_log_tenant on accounts.audit_log (tenant_id, happened_at desc);
create function accounts.current_tenant() returns uuid language sql stable set search_path = '' as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id')::uuid
$$;
create function accounts.set_updated_at() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
alter table accounts.tenants enable row level security;
alter table accounts.members enable row level security;
alter table accounts.settings enable row level security;
alter table accounts.audit_log enable row level security;
grant select on accounts.tenants, accounts.members, accounts.settings, accounts.audit_log to authenticated;
create policy "Own tenant" on accounts.tenants for select to authenticated
  using (id = (select accounts.current_tenant()));
create policy "Own members" on accounts.members for select to authenticated
  using (tenant_id = (select accounts.current_tenant()));
create policy "Settings" on accounts.settings for select to authenticated using (true);
create policy "Own log" on accounts.audit_log for select to authenticated
  using (tenant_id = (select accounts.current_tenant()));
`;

/**
 * Returns the migrations of a project that has grown for years: path below the bundle's directory → text, in running order.
 * The same size and seed give the same text.
 */
export function generateProject(size: ProjectSize = largeSize, seed = 1): Map<string, string> {
  const random = new Random(seed);
  const made: Made = { tables: [], functions: [], policies: [] };
  const taken = new Set<string>();
  const files = new Map<string, string>();
  for (let number = 1; number <= size.migrations; number += 1) {
    const texts = [
      ...(number === 1 ? [foundations] : []),
      ...due(size.tables, size.migrations, number).map((at) => {
        const table = newTable(at, random);
        const text = createTable(table, made.tables, random);
        made.tables.push(table);
        return text;
      }),
      ...due(size.indexes, size.migrations, number).map((at) =>
        createIndex(recent(made, random), at, random),
      ),
      ...due(size.functions, size.migrations, number).map((at) => {
        const one = newFunction(recent(made, random), at, random);
        made.functions.push(one);
        return createFunction(one, 0) + afterFunction(one);
      }),
      ...due(size.policies, size.migrations, number).map(() => {
        const policy = newPolicy(made.tables, taken, random);
        made.policies.push(policy);
        return createPolicy(policy, random);
      }),
      ...due(size.views, size.migrations, number).map((at) =>
        createView(random.pick(made.tables), at, false),
      ),
      ...due(size.materializedViews, size.migrations, number).map((at) =>
        createView(random.pick(made.tables), at, true),
      ),
    ];
    if (texts.length === 0 || random.chance(0.4)) texts.push(evolve(made, number, random));
    const text = texts.filter((part) => part !== "").join("\n") || "select 1;\n";
    files.set(`migrations/${versionOf(number)}_change_${number}.sql`, text.trimStart());
  }
  return files;
}

/** Returns the numbers of the objects that a migration creates. They are spread evenly; the first migration creates the first. */
function due(total: number, migrations: number, migration: number): number[] {
  const until = (number: number) => Math.ceil((total * number) / migrations);
  const [from, to] = [until(migration - 1), until(migration)];
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Picks an index, preferably a high one, because most changes concern new objects. */
function recent(made: Made, random: Random) {
  return random.pick(random.chance(0.6) ? made.tables.slice(-20) : made.tables);
}

/** Returns 14 digits: a migration every six hours. */
function versionOf(number: number): string {
  const time = new Date(Date.UTC(2025, 0, 1) + number * 6 * 3_600_000);
  return time.toISOString().replace(/\D/g, "").slice(0, 14);
}

/** Writes a bundle below `directory`, and one script for psql with all its files. Returns the script's path. */
export function writeProject(directory: string, files: ReadonlyMap<string, string>): string {
  for (const [name, text] of files) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const script = path.join(directory, "all.sql");
  writeFileSync(script, [...files.values()].join("\n"));
  return script;
}
