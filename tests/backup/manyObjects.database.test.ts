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

/** Objects of the target that cannot be dropped with what depends on them in one transaction. */
const hubs = ["function elder.may_see", "function elder.touch", "table elder.accounts", "table elder.events"];

/** Creates tables and large objects that take more locks, in one transaction, than the target has. */
async function createMany(cluster: TestCluster, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query(`create schema if not exists ${schema}`);
  for (let n = 0; n < 150; n += 1) {
    await client.query(
      `create table ${schema}.table_${n} (id serial primary key, note text unique); insert into ${schema}.table_${n} (note) values ('${n}');
       create table public.${schema}_${n} (id serial primary key, note text unique)`,
    );
  }
  await client.query(`select lo_from_bytea(0, decode(md5(n::text), 'hex')) from generate_series(1, 1500) n`);
  await client.end();
}

/**
 * Creates objects on which all those tables depend, a partitioned table, and many schemas. Dropping one of these objects first, or
 * all schemas at once, takes more locks than the target has.
 */
async function tieTogether(cluster: TestCluster): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query(
    `create schema elder;
     create table elder.held (id integer);
     create table elder.accounts (id integer primary key);
     create function elder.may_see(text) returns boolean language sql stable as 'select true';
     create function elder.touch() returns trigger language plpgsql as 'begin return new; end';
     create table elder.events (id integer primary key, note text) partition by list (id);
     create index on elder.events (note)`,
  );
  await createMany(cluster, "elder");
  await client.query(
    `do $$ declare name regclass; begin
       for name in select oid from pg_class where relkind = 'r' and relname ~ '^(table|elder)_[0-9]' loop
         execute format('alter table %s add account integer references elder.accounts, add payer integer references elder.accounts, enable row level security', name);
         for n in 1..8 loop
           execute format('create policy seen_%s on %s using (elder.may_see(note))', n, name);
           execute format('create trigger touched_%s before update on %s for each row execute function elder.touch()', n, name);
         end loop;
       end loop;
     end $$`,
  );
  await client.query(
    `do $$ begin
       for n in 1..300 loop execute format('create table elder.event_%s partition of elder.events for values in (%s)', n, n); end loop;
     end $$`,
  );
  await client.query(
    "do $$ begin for n in 1..2000 loop execute format('create schema elder_%s', n); end loop; end $$",
  );
  await client.end();
}

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  await (await source.client()).query(`
    create role backup login bypassrls password '${backupPassword}'; grant pg_read_all_data to backup;
    alter default privileges in schema public grant select on tables to anon`);
  await Promise.all([createMany(source, "many"), tieTogether(target)]);
  await (await source.client()).query(
    "do $$ declare o oid; begin for o in select oid from pg_largeobject_metadata loop execute format('grant select on large object %s to backup', o); end loop; end $$",
  );
  // A project allows fewer connections, and so has fewer locks, the smaller it is.
  appendFileSync(
    path.join(target.directory, "data", overridesFile),
    "max_locks_per_transaction = 10\nmax_connections = 30\n",
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

it("a database with more objects than a transaction can lock is emptied and restored, also after a failure halfway", async () => {
  const context = commandContext({
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
  });
  await run(context);
  const holder = await target.client();
  for (const hub of hubs) {
    await expect(holder.query(`drop ${hub} cascade`), hub).rejects.toThrow("out of shared memory");
  }
  await holder.query("begin; lock table elder.held in access share mode");
  await expect(restore({ replace: "postgres" }, context)).rejects.toThrow(
    /^The target is partly emptied and nothing is restored, because other sessions held locks in the target for 10 s \(process \d+ of role postgres .*\); end them with .* and run the same command again\.$/,
  );
  await holder.query("rollback");
  expect(context.progressed).toContain(
    "the target has more objects than one transaction can lock: removing them in steps",
  );
  const { rows } = await holder.query(
    `select relname from pg_class join pg_namespace n on n.oid = relnamespace
     where nspname in ('elder', 'public') and relkind in ('r', 'p') order by 1`,
  );
  // Of more than 600: the oldest, and at most those of its transaction, which was rolled back.
  expect(rows).toContainEqual({ relname: "held" });
  expect(rows.length).toBeLessThanOrEqual(20);

  await expect(restore({}, context)).rejects.toThrow(/the target is not empty: it has schema elder/);
  context.progressed.length = 0;
  await restore({ replace: "postgres" }, context);
  expect(context.progressed).toContain("reading every byte of the backup before anything is removed");
  const [before, after] = [
    await takePortrait(source.url("supabase_admin")),
    await takePortrait(target.url("supabase_admin")),
  ];
  expect(after).toEqual(before);
}, 300_000);
