// How long the catalog read takes against `pg_dump --schema-only` on the same 2,000 objects. Prints one line of JSON.
// Run: npx tsx bench/catalogRead.ts
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type pg from "pg";
import { ensurePostgresInstalled } from "../local/services/postgres";
import { readCatalog } from "../plugins/supabasex/provider/sqlBundle/catalog";
import { startTestCluster } from "../tests/support/cluster";

const target = 0.3;
const rounds = 9;
const tables = 200;

/** Ten objects around table number `i`, columns and constraints not counted. */
const around = (i: number): string => `
create type shop.state_${i} as enum ('open', 'done');
create table shop.orders_${i} (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  state shop.state_${i} not null default 'open',
  note text check (length(note) < 1000),
  net numeric(12, 2) not null default 0,
  gross numeric generated always as (net * 1.19) stored,
  created_at timestamptz not null default now()
);
alter table shop.orders_${i} enable row level security, force row level security;
grant select, insert, update on shop.orders_${i} to authenticated;
create index on shop.orders_${i} (tenant_id, created_at);
create index on shop.orders_${i} (state) where state = 'open';
create function shop.total_${i}(tenant uuid) returns numeric language sql stable set search_path = '' as
  $$ select sum(gross) from shop.orders_${i} where tenant_id = tenant $$;
revoke execute on function shop.total_${i}(uuid) from public;
create policy own on shop.orders_${i} to authenticated
  using (tenant_id = (select shop.tenant())) with check (tenant_id = (select shop.tenant()));
create policy office_hours on shop.orders_${i} as restrictive using (extract(hour from now()) between 6 and 22);
create trigger touch before update on shop.orders_${i} for each row execute function shop.touch();
create view shop.open_${i} with (security_invoker = true) as
  select o.id, o.net, o.created_at from shop.orders_${i} o where o.state = 'open';
comment on view shop.open_${i} is 'Open orders';`;

async function makeObjects(client: pg.Client): Promise<void> {
  await client.query(`create schema shop;
    create function shop.tenant() returns uuid language sql stable as 'select null::uuid';
    create function shop.touch() returns trigger language plpgsql as 'begin return new; end';`);
  for (let i = 1; i <= tables; i += 1) await client.query(around(i));
  await client.query("analyze");
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function main(): Promise<void> {
  const { binDirectory } = await ensurePostgresInstalled(console.error);
  const cluster = await startTestCluster();
  try {
    const client = await cluster.client();
    await makeObjects(client);
    const identities = Object.keys(await readCatalog(client));
    const parts = identities.filter((identity) => /^(column|constraint) /.test(identity));
    const dump = () =>
      promisify(execFile)(path.join(binDirectory, "pg_dump"), ["--schema-only", cluster.url()], {
        maxBuffer: 64 << 20,
      });
    await dump();
    const reads: number[] = [];
    const dumps: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      reads.push(await timed(() => readCatalog(client)));
      dumps.push(await timed(dump));
    }
    const read = median(reads);
    const dumped = median(dumps);
    console.log(
      JSON.stringify({
        bench: "catalogRead",
        objects: identities.length - parts.length,
        columnsAndConstraints: parts.length,
        readMilliseconds: Math.round(read),
        pgDumpMilliseconds: Math.round(dumped),
        ratio: Number((read / dumped).toFixed(3)),
        target,
      }),
    );
  } finally {
    await cluster.remove();
  }
}

void main();
