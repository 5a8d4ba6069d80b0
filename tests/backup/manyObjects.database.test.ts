import { appendFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startCluster } from "../../emulators/postgres";
import { overridesFile } from "../../emulators/postgres/configuration";
import { startTestCluster, type TestCluster, testPassword } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { takePortrait } from "./support/portrait";
import { backupPassword } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let target: TestCluster;
let store: TestStore;

/** Tables and large objects that take more locks, in one transaction, than the target has. */
async function createMany(cluster: TestCluster, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query(`create schema ${schema}`);
  for (let n = 0; n < 150; n += 1) {
    await client.query(
      `create table ${schema}.table_${n} (id serial primary key, note text unique); insert into ${schema}.table_${n} (note) values ('${n}');
       create table public.${schema}_${n} (id serial primary key, note text unique)`,
    );
  }
  await client.query(`select lo_from_bytea(0, decode(md5(n::text), 'hex')) from generate_series(1, 1500) n`);
  await client.end();
}

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  await (await source.client()).query(`
    create role backup login bypassrls password '${backupPassword}'; grant pg_read_all_data to backup;
    alter default privileges in schema public grant select on tables to anon`);
  await Promise.all([createMany(source, "many"), createMany(target, "elder")]);
  await (await source.client()).query(
    "do $$ declare o oid; begin for o in select oid from pg_largeobject_metadata loop execute format('grant select on large object %s to backup', o); end loop; end $$",
  );
  // A project allows fewer connections, and so has fewer locks, the smaller it is.
  appendFileSync(
    path.join(target.directory, "data", overridesFile),
    "max_locks_per_transaction = 10\nmax_connections = 60\n",
  );
  await target.stop();
  await startCluster({
    directory: target.directory,
    port: target.port,
    postgresPassword: testPassword,
    durable: false,
  });
}, 300_000);

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
});

it("a database of more objects than a transaction has locks for is emptied and restored", async () => {
  const context = commandContext({
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
  });
  await run(context);
  await restore({ replace: "postgres" }, context);
  expect(context.progressed).toContain(
    "the target has more objects than one transaction can lock: removing them in steps",
  );
  const [before, after] = [
    await takePortrait(source.url("supabase_admin")),
    await takePortrait(target.url("supabase_admin")),
  ];
  expect(after).toEqual(before);
}, 300_000);
