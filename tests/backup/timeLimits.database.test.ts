import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

// Default time limits of roles, shorter than the work on one table. `transaction_timeout` came with 17.

const limit = "150ms";
const rows = 1_000_000;

let source: TestCluster;
let target: TestCluster;
let store: TestStore;

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  await postgres.query(`create table shop.numbers as select i from generate_series(1, ${rows}) i`);
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
});

/** Limits new sessions of a role, and returns the names of the limits that this server supports. */
async function limitRole(cluster: TestCluster, role: string): Promise<string[]> {
  const admin = await cluster.client("supabase_admin");
  const { rows: found } = await admin.query<{ name: string }>(
    `select name from pg_settings
     where name in ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout') order by 1`,
  );
  for (const { name } of found) await admin.query(`alter role ${role} set ${name} = '${limit}'`);
  return found.map(({ name }) => name);
}

/** Returns the error that ends a query above the limit. */
async function sleepIn(cluster: TestCluster): Promise<string> {
  const client = new pg.Client({ connectionString: cluster.url() });
  // The server may end the session, not only the query.
  client.on("error", () => undefined);
  await client.connect();
  const ended = await client.query("select pg_sleep(1)").then(
    () => "nothing",
    (error: Error) => error.message,
  );
  await client.end();
  return ended;
}

test("time limits of the roles cancel neither a backup nor a restore", async () => {
  const limits = [await limitRole(source, "backup"), await limitRole(target, "postgres")];
  // The control: in an ordinary session of the role, the same work takes too long.
  const everyday = await sleepIn(target);

  const { manifest } = await run(commandContext(taskEnvironment(source, store)));
  const into = { ...taskEnvironment(source, store), RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable` };
  await restore({ run: manifest.run }, commandContext(into));

  expect(limits[0]).toEqual(limits[1]);
  expect(everyday).toMatch(/^canceling statement due to|^terminating connection due to/);
  const admin = await target.client("supabase_admin");
  expect((await admin.query("select count(*)::int as rows from shop.numbers")).rows).toEqual([{ rows }]);
}, 120_000);
