import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientUrl } from "../../../ops/recover/clientUrl";
import { startTlsCluster, type TlsCluster } from "../../support/tlsCluster";

let cluster: TlsCluster;
beforeAll(async () => {
  cluster = await startTlsCluster();
});
afterAll(() => cluster.remove());

/** Returns whether the session is encrypted, or the code of the connection error. */
async function session(connectionString: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    return rows[0]?.ssl;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    await client.end();
  }
}

test("a stack's databaseUrl connects to a server with a private CA", async () => {
  const databaseUrl = `postgresql://postgres:test-password@127.0.0.1:${cluster.port}/postgres?sslmode=require`;

  expect(await session(databaseUrl)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  expect(await session(clientUrl(databaseUrl, undefined))).toBe(true);
  expect(await session(clientUrl(databaseUrl, cluster.authority))).toBe(true);
  expect(await session(clientUrl(databaseUrl, cluster.stranger))).toMatch(/^[A-Z_]+$/);
  expect(await session(clientUrl(databaseUrl.replace("require", "disable"), undefined))).toBe(false);
});
