import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The number of files in the sample bundle. Together they create more than 2,000 objects of every kind that is read. */
export const sampleSize = { migrations: 200, repeatables: 300 } as const;

/** Kinds of objects of which a database has few: one or two of each. */
const foundations = `
create schema shop;
create schema audit;
comment on schema shop is 'Orders and what belongs to them';
grant usage on schema shop to authenticated;
alter default privileges in schema shop grant select on tables to service_role;
alter role authenticator set pgrst.db_aggregates_enabled = 'true';
create extension if not exists citext with schema extensions;
create extension if not exists pg_cron;
create collation shop.german (provider = icu, locale = 'de');
create domain shop.email as text check (value like '%@%');
create type shop.address as (street text, city text);
create type shop.span as range (subtype = numeric);
create sequence shop.invoice_number start 1000;
create function shop.tenant() returns uuid language sql stable set search_path = ''
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id')::uuid;
create function shop.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;
create function shop.refuse() returns event_trigger language plpgsql as 'begin end';
create aggregate shop.total (numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
create event trigger refuse_drop on sql_drop when tag in ('DROP SCHEMA') execute function shop.refuse();
create table audit.entries (
  id bigint generated always as identity,
  tenant_id uuid not null,
  happened_at timestamptz not null default now(),
  what jsonb not null,
  primary key (id, happened_at)
) partition by range (happened_at);
create table audit.entries_2026 partition of audit.entries for values from ('2026-01-01') to ('2027-01-01');
alter table audit.entries enable row level security, force row level security;
alter table audit.entries_2026 enable row level security, force row level security;
create materialized view audit.days as select happened_at::date as day, count(*) as entries from audit.entries group by 1;
create procedure audit.refresh_days() language sql as 'refresh materialized view audit.days';
create extension if not exists postgres_fdw with schema extensions;
create server ledger foreign data wrapper postgres_fdw options (dbname 'ledger');
create foreign table audit.ledger (id bigint, amount numeric) server ledger;
create operator shop.@@@ (leftarg = text, rightarg = text, function = textcat);
create text search configuration shop.notes (copy = simple);
alter database postgres set statement_timeout = '10min';
create publication shop_changes with (publish = 'insert, update');
insert into storage.buckets (id, name, public) values ('shop', 'shop', false);
`;

/** Returns a table with its type, sequence, indexes, policy and comments, and sometimes a rarer object. */
const migration = (i: number): string => `
create type shop.state_${i} as enum ('open', 'done');
create table shop.orders_${i} (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  state shop.state_${i} not null default 'open',
  email shop.email,
  note text check (length(note) < 1000),
  net numeric(12, 2) not null default 0,
  gross numeric generated always as (net * 1.19) stored,
  updated_at timestamptz not null default now()${
    i === 1
      ? ""
      : `,
  former_id bigint references shop.orders_${i - 1} (id)`
  }
);
alter table shop.orders_${i} enable row level security, force row level security;
grant select, insert, update (note, net) on shop.orders_${i} to authenticated;
create index orders_${i}_tenant on shop.orders_${i} (tenant_id, updated_at);
create index orders_${i}_open on shop.orders_${i} (state) where state = 'open';
create policy auditors on shop.orders_${i} for select to authenticated using ((select auth.role()) = 'auditor');
create trigger touch before update on shop.orders_${i} for each row execute function shop.touch();
comment on table shop.orders_${i} is 'Orders, part ${i}';
comment on column shop.orders_${i}.net is 'Without tax';
${i % 10 === 0 ? `create statistics shop.orders_${i}_state (dependencies) on tenant_id, state from shop.orders_${i};` : ""}
${i % 20 === 0 ? `alter publication shop_changes add table shop.orders_${i};` : ""}
${i % 50 === 0 ? `create rule keep as on delete to shop.orders_${i} do instead nothing;` : ""}
`;

const repeatables: readonly ((i: number, table: string) => string)[] = [
  (i, table) => `create policy own on ${table} to authenticated
  using (tenant_id = (select shop.tenant())) with check (tenant_id = (select shop.tenant()));
create policy office_hours on ${table} as restrictive using (extract(hour from now()) between 6 and 22);
create or replace function shop.total_${i}(tenant uuid) returns numeric language sql stable set search_path = '' as $$
  select sum(o.gross) from ${table} o where o.tenant_id = tenant
$$;
revoke execute on function shop.total_${i}(uuid) from public;
grant execute on function shop.total_${i}(uuid) to authenticated;
`,
  (i, table) => `create or replace view shop.open_${i} with (security_invoker = true) as
select o.id, o.net, o.gross, o.updated_at, count(*) over (partition by o.tenant_id) as open
from ${table} o
where o.state = 'open';
comment on view shop.open_${i} is 'Open orders';
create or replace function shop.has_open_${i}(tenant uuid) returns boolean language sql stable set search_path = ''
  return exists (select from ${table} o where o.tenant_id = tenant and o.state = 'open');
grant select on shop.open_${i} to authenticated;
`,
  (i, table) => `create or replace function shop.close_${i}(order_id bigint) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update ${table} set state = 'done' where id = order_id and tenant_id = shop.tenant();
  if not found then
    raise exception 'no such order: %', order_id using errcode = 'no_data_found';
  end if;
end $$;
revoke execute on function shop.close_${i}(bigint) from public;
${i % 60 === 59 ? `select cron.schedule('close ${i}', '0 3 * * *', 'select shop.close_${i}(1)');\n` : ""}`,
];

function repeatable(i: number): string {
  const kind = repeatables[i % repeatables.length];
  return kind?.(i, `shop.orders_${1 + (i % sampleSize.migrations)}`) ?? "";
}

const padded = (i: number): string => String(i).padStart(6, "0");

/** Returns the files: path below the bundle's directory → text, in running order. */
export function sampleFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (let i = 1; i <= sampleSize.migrations; i += 1) {
    const text = i === 1 ? foundations + migration(i) : migration(i);
    files.set(`migrations/20260101${padded(i)}_orders_${i}.sql`, text.trimStart());
  }
  for (let i = 1; i <= sampleSize.repeatables; i += 1) {
    files.set(`repeatable/${padded(i)}.sql`, repeatable(i));
  }
  return files;
}

/** Writes the bundle below `directory`, and one script for psql with all its files. Returns the script's path. */
export function writeSample(directory: string): string {
  const files = sampleFiles();
  for (const [name, text] of files) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const script = path.join(directory, "all.sql");
  writeFileSync(script, [...files.values()].join("\n"));
  return script;
}
