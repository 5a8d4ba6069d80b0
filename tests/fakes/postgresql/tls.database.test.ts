import { afterAll, beforeAll, expect, test } from "vitest";
import { Server } from "../../../fakes/postgresql/connection";
import type { CallContext } from "../../../plugins/provider-host/provider";
import { startTlsCluster, type TlsCluster } from "../../support/tlsCluster";

const context: CallContext = { signal: new AbortController().signal, log: () => {} };
let cluster: TlsCluster;
beforeAll(async () => {
  cluster = await startTlsCluster();
});
afterAll(() => cluster.remove());

/** Returns whether the provider's session is encrypted, according to the server, or why the connection failed. */
async function session(settings: { sslmode: string; sslrootcert?: string; host?: string }): Promise<unknown> {
  const server = new Server({
    host: "127.0.0.1",
    port: cluster.port,
    database: "postgres",
    username: "postgres",
    password: "test-password",
    connectTimeout: 10,
    maxConnections: 1,
    superuser: false,
    ...settings,
  });
  try {
    return await server.read("postgres", context, async (client) => {
      const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
      return rows[0]?.ssl;
    });
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

test("verifies according to the mode, with the CA file", async () => {
  const { authority, stranger } = cluster;
  const failed =
    /^Cannot connect to PostgreSQL at (127\.0\.0\.1|localhost):\d+, database postgres, as postgres: \S/;

  expect(await session({ sslmode: "verify-full", sslrootcert: authority })).toBe(true);
  expect(await session({ sslmode: "verify-full", sslrootcert: stranger })).toMatch(failed);
  expect(await session({ sslmode: "verify-full", sslrootcert: authority, host: "localhost" })).toMatch(
    failed,
  );
  expect(await session({ sslmode: "verify-ca", sslrootcert: authority, host: "localhost" })).toBe(true);
  expect(await session({ sslmode: "verify-full" })).toMatch(failed);
});

test("only encrypts without a CA file", async () => {
  expect(await session({ sslmode: "require" })).toBe(true);
  expect(await session({ sslmode: "disable" })).toBe(false);
  expect(await session({ sslmode: "require", sslrootcert: cluster.stranger })).toMatch(/^Cannot connect/);
});

test("a missing file is named", async () => {
  expect(await session({ sslmode: "verify-full", sslrootcert: "certificates/none.crt" })).toBe(
    "The postgresql provider cannot read sslrootcert, certificates/none.crt.",
  );
});
