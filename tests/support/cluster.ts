import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { type Cluster, type ClusterOptions, startCluster } from "../../emulators/postgres";

/** A disposable cluster, shaped like a hosted project. */
export interface TestCluster extends Cluster {
  /** Opens a connection as a login role (default `postgres`), which `remove` closes. */
  client(role?: string): Promise<pg.Client>;
  /** Closes the connections, stops the server and deletes everything. */
  remove(): Promise<void>;
}

/** Password of `postgres` on every test cluster. */
export const testPassword = "test-password";

export async function startTestCluster(options: Partial<ClusterOptions> = {}): Promise<TestCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-test-"));
  const clients: pg.Client[] = [];
  const cluster = await startCluster({
    directory: path.join(folder, "cluster"),
    postgresPassword: testPassword,
    durable: false,
    ...options,
  });
  return {
    ...cluster,
    async client(role) {
      const client = new pg.Client({ connectionString: cluster.url(role) });
      await client.connect();
      clients.push(client);
      return client;
    },
    async remove() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the first column of a query's rows. */
export async function column(client: pg.ClientBase, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const { rows } = await client.query({ text: sql, values, rowMode: "array" });
  return rows.map((row: unknown[]) => row[0]);
}

/** Returns the major version of a connection's server. */
export async function majorOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ major: number }>(
    "select current_setting('server_version_num')::int / 10000 as major",
  );
  return rows[0]?.major ?? 0;
}

/**
 * Runs queries as PostgREST would for a request with these claims: in a transaction, as `role`, and rolls it back. The
 * connection's role must be a member of `role`.
 */
export async function asRole<T>(
  client: pg.Client,
  { role, claims = {} }: { readonly role: string; readonly claims?: Readonly<Record<string, unknown>> },
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await client.query("begin");
  try {
    await client.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ role, ...claims }),
    ]);
    await client.query(`set local role ${client.escapeIdentifier(role)}`);
    const result = await run(client);
    await client.query("rollback");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
