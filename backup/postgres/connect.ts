import pg from "pg";
import { tlsOptions } from "../../foundation/databaseTls";
import { withoutTransactionTimeouts } from "../../foundation/sessionTimeouts";
import { UserError } from "../../foundation/userError";
import { maskSecrets } from "../childProcess";
import type { DatabaseSettings } from "../environment";

const applicationName = "thorbis-backup";
const connectTimeoutSeconds = 15;
const keepAliveSeconds = 60;

/**
 * Sets what decides how a statement is read and how a value is written. A role or a database may set each of them, and
 * a restore sets those of the backup.
 */
export const neutralSettings = [
  // First, because it decides who may set the others. A role may have another one, to which `reset role` would return.
  "role = none",
  "standard_conforming_strings = on",
  "backslash_quote = safe_encoding",
  "quote_all_identifiers = off",
  "array_nulls = on",
  "xmloption = content",
  "datestyle = 'ISO, MDY'",
  "intervalstyle = postgres",
  "bytea_output = hex",
  "extra_float_digits = 3",
  "lc_monetary = 'C'",
  "default_transaction_read_only = off",
  "default_transaction_isolation = 'read committed'",
  // A refused statement must not end the session, and a query of a materialized view must find all rows.
  "exit_on_error = off",
  "gin_fuzzy_search_limit = 0",
]
  .map((setting) => `set ${setting}`)
  .join("; ");

/**
 * Sets what older versions do not have: relations that queries must not read, such as views, and what a role that creates
 * another one is granted.
 */
const newerNeutralSettings =
  "select pg_catalog.set_config(name, '', false) from pg_catalog.pg_settings where name operator(pg_catalog.=) any ('{restrict_nonsystem_relation_kind,createrole_self_grant}'::text[])";

/** Variables that the driver reads for settings that the program does not pass to it. */
const driverVariables = ["PGBINARY", "PGCLIENT_ENCODING", "PGOPTIONS", "PGREPLICATION", "PGSSLNEGOTIATION"];

/**
 * Removes the variables with which the driver would change all sessions, such as a search path in PGOPTIONS. The
 * programs of PostgreSQL get an environment of their own.
 */
export function removeDriverVariables(environment: NodeJS.ProcessEnv): void {
  for (const name of driverVariables) delete environment[name];
}

/**
 * Opens a session without the time limits of its role, because a query or a transaction of a backup takes as long as
 * the database is large, and without other settings that would change what it reads or writes.
 * @throws UserError with this exit code and the reason in one sentence
 */
export async function connect(settings: DatabaseSettings, failureCode: number): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      host: settings.host,
      port: settings.port,
      database: settings.database,
      user: settings.user,
      // A function, because an empty password would be replaced by that of PGPASSWORD, which may be for another server.
      password: () => settings.password,
      ssl: tlsOptions(settings.sslMode, process.env.PGSSLROOTCERT),
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
      // The session that holds the snapshot is idle while the dumps run, and a NAT gateway drops connections that are
      // idle for 350 s. By default, Linux sends its first probe after two hours.
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveSeconds * 1000,
    });
    // When an idle session breaks, its next query fails; the process must not crash.
    client.on("error", () => undefined);
    await client.connect();
    // First, because the limit may be shorter than the next query takes.
    await client.query("set statement_timeout = 0");
    await client.query(withoutTransactionTimeouts);
    await client.query(neutralSettings);
    await client.query(newerNeutralSettings);
    return client;
  } catch (error) {
    const reason =
      error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new UserError(
      `Connecting to database ${settings.database} on ${settings.host}:${settings.port} as ${settings.user} failed: ${maskSecrets(reason ?? "", [settings.password])}.`,
      failureCode,
      { cause: error },
    );
  }
}

/**
 * Returns a database failure as one sentence: the server's message, or that the session was lost. Other errors are
 * returned unchanged.
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

/**
 * Returns the environment variables for libpq's programs. The password is here because command lines are visible to all
 * processes.
 */
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
    // A role or a database may set another one.
    PGCLIENTENCODING: "UTF8",
    PGCONNECT_TIMEOUT: String(connectTimeoutSeconds),
  };
}
