import { Client, type CustomTypesConfig, types } from "pg";
import { identifyProcess } from "../../foundation/processLock/identity.mjs";
import { startCluster, stopCluster } from "../postgres";

/** A running PostgreSQL cluster: the database of one project. */
export interface ProjectCluster {
  readonly port: number;
  readonly pid: number;
  /** Version of the server, such as `17.6`. */
  readonly version: string;
  /** Returns the connection string of a role, `postgres` by default. */
  url(role?: string, database?: string): string;
}

interface QueryOptions {
  readonly parameters?: unknown[] | undefined;
}

/**
 * Manages the databases of projects. The daemon passes real clusters; unit tests of the API pass a fake without servers.
 */
export interface Clusters {
  /**
   * Creates the cluster if the directory is new, starts it if stopped, adopts it if running. On return, the passwords of
   * `postgres` and of the roles whose local passwords derive from it are set.
   */
  start(directory: string, postgresPassword: string): Promise<ProjectCluster>;
  stop(directory: string): Promise<void>;
  isRunning(cluster: ProjectCluster): boolean;
  /** Runs one statement as the role and returns its rows. */
  query(
    cluster: ProjectCluster,
    role: "postgres" | "supabase_admin" | "supabase_read_only_user",
    sql: string,
    options?: QueryOptions,
  ): Promise<Record<string, unknown>[]>;
}

/** Manages real PostgreSQL clusters on this machine. New ones use the server whose programs are in `binDirectory`. */
export const postgresClusters = (binDirectory?: string): Clusters => ({
  async start(directory, postgresPassword) {
    const cluster = await startCluster({
      directory,
      postgresPassword,
      ...(binDirectory !== undefined && { binDirectory }),
    });
    const [row] = await query(cluster, "postgres", "show server_version");
    // Debian appends its package version after a space.
    return { ...cluster, version: String(row?.server_version).split(" ")[0] ?? "" };
  },

  async stop(directory) {
    await stopCluster(directory);
  },

  isRunning({ pid }) {
    return identifyProcess(pid) !== undefined;
  },

  query,
});

async function query(
  cluster: Pick<ProjectCluster, "url">,
  role: string,
  sql: string,
  { parameters = [] }: QueryOptions = {},
): Promise<Record<string, unknown>[]> {
  const client = new Client({
    connectionString: cluster.url(role),
    connectionTimeoutMillis: 5000,
    // The name of the platform's own connections, which distinguishes an agent's statement from a deployment's.
    application_name: "mgmt-api",
    types: { getTypeParser },
  });
  // If the server ends, the query fails with the reason. The connection's error event must not end this process.
  client.on("error", () => {});
  await client.connect();
  try {
    const result = await client.query(sql, parameters);
    // Several statements without parameters return a list of results. The last one counts, as on hosted.
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.rows ?? [];
  } finally {
    await client.end();
  }
}

/** Returns bigint as a JSON number, as hosted does. The driver's default is a string. */
const getTypeParser: CustomTypesConfig["getTypeParser"] = (oid, format) =>
  oid === types.builtins.INT8 && format !== "binary" ? Number : types.getTypeParser(oid, format);
