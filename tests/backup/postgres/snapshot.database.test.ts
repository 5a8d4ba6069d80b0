import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lockOutOthers } from "../../../backup/postgres/snapshot";
import { startCluster } from "../../../emulators/postgres";
import { startTestCluster, type TestCluster, testPassword } from "../../support/cluster";
import { failureOf } from "../support/commands";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(() => cluster?.remove());

it("a lock of a prepared transaction is reported as one of an unknown session", async () => {
  const admin = await cluster.client("supabase_admin");
  await admin.query("alter system set max_prepared_transactions = 1");
  await admin.end();
  await cluster.stop();
  const { directory } = cluster;
  const restarted = await startCluster({ directory, postgresPassword: testPassword, durable: false });
  const client = new pg.Client({ connectionString: restarted.url("supabase_admin") });
  await client.connect();
  try {
    const lock = "select pg_advisory_xact_lock(108170654281072)";
    await client.query(`begin; ${lock}`);
    await client.query("prepare transaction 'holder'");
    expect(await failureOf(lockOutOthers(client))).toEqual({
      exitCode: 7,
      message: "Another backup or restore of this database is running: session unknown.",
    });
    // The control: the lock is free again.
    await client.query("rollback prepared 'holder'");
    await lockOutOthers(client);
  } finally {
    await client.end();
    await restarted.stop();
  }
});
