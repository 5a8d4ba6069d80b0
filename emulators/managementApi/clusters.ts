import { Client, type CustomTypesConfig, types } from "pg";
import { identifyProcess } from "../../local/processIdentity.mjs";
import { startCluster, stopCluster } from "../postgres";

/** A running PostgreSQL cluster: the database of one project. */
export interface ProjectCluster {
  readonly port: number;
  readonly pid: number;
  /** Version of the server, such as `17.6`. */
  readonly version: string;
  /** Connection string of a role, `postgres` by default. */
  url(role?: string, database?: string): string;
}

/**
 * What makes and keeps the databases of projects. The daemon passes real clusters; tests of the API alone pass a
 * stand-in, because starting a server is not what they are about.
 */
export interface Clusters {
  /**
   * Makes the cluster when the directory is new, starts it when stopped, adopts it when running. On return `postgres`
   * has the password, and so has every role whose local password derives from it.
   */
  start(directory: string, postgresPassword: string): Promise<ProjectCluster>;
  stop(directory: string): Promise<void>;
  isRunning(cluster: ProjectCluster): boolean;
  /** Rows of one statement, run as the role. */
  query(
    cluster: ProjectCluster,
    role: "postgres" | "supabase_admin" | "supabase_read_only_user",
    sql: string,
    parameters?: unknown[],
  ): Promise<Record<string, unknown>[]>;
}

/** Real PostgreSQL clusters on this machine; new ones are made by the server whose programs are in `binDirectory`. */
export const postgresClusters = (binDirectory?: string): Clusters => ({
  async start(directory, postgresPassword) {
    const cluster = await startCluster({
      directory,
      postgresPassword,
      ...(binDirectory !== undefined && { binDirectory }),
    });
    const [row] = await query(cluster, "postgres", "show server_version");
    // Debian adds its own version of the package behind a blank.
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
  parameters: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({
    connectionString: cluster.url(role),
    connectionTimeoutMillis: 5000,
    // The name of the platform's own connections, which tells an agent's statement from a deployment's.
    application_name: "mgmt-api",
    types: { getTypeParser },
  });
  // A server that ends under the connection must not end this process: the query fails and says why.
  client.on("error", () => {});
  await client.connect();
  try {
    const result = await client.query(sql, parameters);
    // Several statements without parameters give a list of results; the last one counts, as in hosted.
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.rows ?? [];
  } finally {
    await client.end();
  }
}

/** As hosted answers them: bigint as a JSON number, where the driver would give a text. */
const getTypeParser: CustomTypesConfig["getTypeParser"] = (oid, format) =>
  oid === types.builtins.INT8 && format !== "binary" ? Number : types.getTypeParser(oid, format);
