import pg from "pg";
import type { ClusterOptions } from "../../../emulators/postgres";
import { startTestCluster, type TestCluster } from "../../support/cluster";
import { applyBundle } from "./applyBundle";
import { createExtensions, createRoles, rolePassword } from "./roles";

/** A temporary database with the whole bundle. */
export interface BundledDatabase {
  readonly cluster: TestCluster;
  /** `postgres`, as on hosted projects: not a superuser, but with BYPASSRLS. */
  readonly postgres: pg.Client;
  /** Connects as a login role that DatabaseRoles creates; connections of Supabase's own roles come from the cluster. */
  connectAs(role: "monitoring" | "backup" | "preview"): Promise<pg.Client>;
  remove(): Promise<void>;
}

/** @param options of the server, such as another version */
export async function startBundledDatabase(options: Partial<ClusterOptions> = {}): Promise<BundledDatabase> {
  const cluster = await startTestCluster(options);
  const clients: pg.Client[] = [];
  try {
    const postgres = await cluster.client("postgres");
    await createRoles(postgres);
    await createExtensions(postgres);
    await applyBundle(postgres);
    return {
      cluster,
      postgres,
      async connectAs(user) {
        const client = new pg.Client({
          host: "127.0.0.1",
          port: cluster.port,
          database: "postgres",
          user,
          password: rolePassword,
        });
        await client.connect();
        clients.push(client);
        return client;
      },
      async remove() {
        await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
        await cluster.remove();
      },
    };
  } catch (error) {
    await cluster.remove();
    throw error;
  }
}
