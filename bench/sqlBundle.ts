// How long the first apply of 200 migrations and 300 repeatables (2,000 objects) takes against `psql -1` on the same SQL,
// how long the preview of an unchanged bundle takes, and how large its state is. Prints one line of JSON.
// Run: npx tsx bench/sqlBundle.ts
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensurePostgresInstalled } from "../local/services/postgres";
import type { CallContext } from "../plugins/host/provider";
import { type PropertyMap, Secret } from "../plugins/host/values";
import { sqlBundle } from "../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../plugins/supabasex/sdk";
import { startTestCluster, type TestCluster } from "../tests/support/cluster";

const target = 1.3;
const rounds = 3;
const migrations = 200;
const repeatables = 300;

/** With its parts about seven objects: table, key, two indexes, checks, a policy, a comment. */
const migration = (i: number): string => `
create table shop.orders_${i} (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  state text not null default 'open' check (state in ('open', 'done')),
  note text check (length(note) < 1000),
  net numeric(12, 2) not null default 0,
  created_at timestamptz not null default now()
);
alter table shop.orders_${i} enable row level security;
alter table shop.orders_${i} force row level security;
grant select, insert, update on shop.orders_${i} to authenticated;
create index orders_${i}_tenant on shop.orders_${i} (tenant_id, created_at);
create index orders_${i}_open on shop.orders_${i} (state) where state = 'open';
create policy own on shop.orders_${i} to authenticated using (tenant_id = (select shop.tenant()));
comment on table shop.orders_${i} is 'Orders';
`;

const repeatable = (i: number): string => {
  const table = `shop.orders_${1 + (i % migrations)}`;
  return i % 2 === 0
    ? `create or replace function shop.total_${i}(tenant uuid) returns numeric language sql stable set search_path = '' as
  $$ select sum(net) from ${table} where tenant_id = tenant $$;
revoke execute on function shop.total_${i}(uuid) from public;
grant execute on function shop.total_${i}(uuid) to authenticated;
`
    : `create or replace view shop.open_${i} with (security_invoker = true) as
  select o.id, o.net, o.created_at from ${table} o where o.state = 'open';
grant select on shop.open_${i} to authenticated;
`;
};

const padded = (i: number) => String(i).padStart(6, "0");

function files(): Map<string, string> {
  const first = `create schema shop;
create function shop.tenant() returns uuid language sql stable as 'select null::uuid';
`;
  const all = new Map<string, string>();
  for (let i = 1; i <= migrations; i += 1) {
    all.set(`migrations/20260101${padded(i)}_orders.sql`, (i === 1 ? first : "") + migration(i));
  }
  for (let i = 1; i <= repeatables; i += 1) all.set(`repeatable/r${padded(i)}.sql`, repeatable(i));
  return all;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const context: CallContext = { signal: new AbortController().signal, log: () => undefined };

function inputsFor(cluster: TestCluster, directory: string): PropertyMap {
  const { hostname, port, username, password, pathname } = new URL(cluster.url());
  return {
    name: "bench",
    directory,
    files: readBundleFiles(directory),
    connection: new Secret({
      host: hostname,
      port: Number(port),
      user: username,
      password: decodeURIComponent(password),
      database: pathname.slice(1),
    }),
    dryRun: "live",
  } as unknown as PropertyMap;
}

const subject = { urn: "urn", type: "supabasex:index:SqlBundle", timeoutSeconds: 0 };

async function main(): Promise<void> {
  const { binDirectory } = await ensurePostgresInstalled(console.error);
  const directory = await mkdtemp(path.join(os.tmpdir(), "thorbis-bench-"));
  const script = path.join(directory, "all.sql");
  const all = files();
  await Promise.all(["migrations", "repeatable"].map((name) => mkdir(path.join(directory, name))));
  await Promise.all([...all].map(([name, text]) => writeFile(path.join(directory, name), text)));
  await writeFile(script, [...all.values()].join(""));

  const psql: number[] = [];
  const applies: number[] = [];
  const previews: number[] = [];
  const reads: number[] = [];
  let stateBytes = 0;
  let objects = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const plain = await startTestCluster();
      const args = ["-1", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, plain.url()];
      psql.push(await timed(() => promisify(execFile)(path.join(binDirectory, "psql"), args)));
      await plain.remove();

      const cluster = await startTestCluster();
      const inputs = inputsFor(cluster, directory);
      let outputs: PropertyMap = {};
      applies.push(
        await timed(async () => {
          const created = await sqlBundle.create({ ...subject, name: "b", inputs, preview: false }, context);
          outputs = created.outputs;
        }),
      );
      const old = { id: "b", oldInputs: inputs, oldOutputs: outputs, inputs, ignoreChanges: [] };
      previews.push(await timed(() => sqlBundle.update({ ...subject, ...old, preview: true }, context)));
      reads.push(await timed(() => sqlBundle.read({ ...subject, id: "b", inputs, outputs }, context)));
      stateBytes = JSON.stringify(outputs).length;
      objects = Object.keys(outputs.expected as PropertyMap).filter(
        (identity) => !/^(column|constraint|applied file) /.test(identity),
      ).length;
      await cluster.remove();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  console.log(
    JSON.stringify({
      bench: "sqlBundle",
      files: all.size,
      objects,
      applyMilliseconds: Math.round(median(applies)),
      psqlMilliseconds: Math.round(median(psql)),
      ratio: Number((median(applies) / median(psql)).toFixed(2)),
      target,
      previewMilliseconds: Math.round(median(previews)),
      readMilliseconds: Math.round(median(reads)),
      stateBytes,
    }),
  );
}

void main();
