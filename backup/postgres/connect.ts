import { readFileSync } from "node:fs";
import pg from "pg";
import { UserError } from "../../foundation/userError";
import { maskSecrets } from "../childProcess";
import type { DatabaseSettings } from "../environment";

const applicationName = "thorbis-backup";
const connectTimeoutSeconds = 15;
const keepAliveSeconds = 60;

/** Opens a session; an error of the server is told as one sentence. */
export async function connect(settings: DatabaseSettings, failureCode: number): Promise<pg.Client> {
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: settings.password,
    ssl: tlsOptions(settings),
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutSeconds * 1000,
    // The session that holds the snapshot has nothing to say for as long as the dumps take, and a NAT gateway forgets a
    // connection that is idle for 350 s. Without a delay of its own, Linux probes after two hours.
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveSeconds * 1000,
  });
  // A session that breaks while nothing is asked of it makes the next query fail, not the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const reason =
      error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new UserError(
      `Connecting to database ${settings.database} on ${settings.host}:${settings.port} as ${settings.user} failed: ${maskSecrets(reason ?? "", [settings.password])}.`,
      failureCode,
      { cause: error },
    );
  }
  return client;
}

/**
 * Returns a failure of the database as one sentence: what the server said, or that the session was lost. Any other error is
 * returned as it is.
 */
export function explainDatabaseFailure(doing: string, error: unknown, exitCode: number): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const isLost =
    /^Connection terminated|^Client has encountered a connection error|not queryable/.test(error.message) ||
    ["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes((error as NodeJS.ErrnoException).code ?? "");
  if (!isLost && !(error instanceof pg.DatabaseError)) return error;
  const reason = isLost
    ? `the session with the database was lost (${error.message.replace(/\.$/, "")})`
    : error.message;
  return new UserError(`${doing} failed: ${reason}.`, exitCode, { cause: error });
}

/** What libpq's programs read; the password stands here and never in a command line. */
export function libpqEnvironment(
  settings: DatabaseSettings,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    PATH: environment.PATH,
    LC_ALL: "C",
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGDATABASE: settings.database,
    PGUSER: settings.user,
    PGPASSWORD: settings.password,
    PGSSLMODE: settings.sslMode,
    ...(environment.PGSSLROOTCERT === undefined ? {} : { PGSSLROOTCERT: environment.PGSSLROOTCERT }),
    PGAPPNAME: applicationName,
    PGCONNECT_TIMEOUT: String(connectTimeoutSeconds),
  };
}

function tlsOptions({ sslMode }: DatabaseSettings): pg.ClientConfig["ssl"] {
  if (sslMode === "disable") return false;
  if (sslMode === "require") return { rejectUnauthorized: false };
  const authority = process.env.PGSSLROOTCERT;
  return authority === undefined || authority === "system" ? {} : { ca: readFileSync(authority, "utf8") };
}
