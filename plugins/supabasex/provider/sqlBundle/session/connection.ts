import { isIP, type Socket } from "node:net";
import { Client, type ClientConfig } from "pg";
import { withoutTransactionTimeouts } from "../../../../../foundation/sessionTimeouts";
import { sqlStates } from "../../../../../foundation/sqlStates";
import { UserError } from "../../../../../foundation/userError";
import type { Connection } from "../inputs";

/** The port of hosted Supabase's pooler in transaction mode. */
const transactionPoolerPort = 6543;

/** How long to wait, in milliseconds, for a server to respond. */
const connectTimeout = 10_000;

export interface ConnectOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Send statements without waiting for the previous results. Default: false. */
  readonly pipeline?: boolean;
  /** Cancels the attempt to connect. */
  readonly signal?: AbortSignal;
}

/** The database cannot be reached, or does not exist. */
export class DatabaseUnreachable extends UserError {}

/** The server refuses the login: the password or the role is wrong. */
export class LoginRefused extends UserError {}

/**
 * Opens a connection whose session belongs only to the caller. Throws a UserError that never contains the password:
 * DatabaseUnreachable if the server or database does not exist, LoginRefused, and others for TLS and pooler errors. Time limits of the
 * role or the database do not apply to the session, however short they are.
 */
export async function connect(connection: Connection, options: ConnectOptions): Promise<Client> {
  if (connection.port === transactionPoolerPort) throw transactionPooler(connection);
  const attempt = (settings: readonly string[]) => open(connection, options, settings);
  // A limit of a millisecond may end the session before it is switched off. The server applies the settings of a login before those of the
  // role and the database, but a pooler may refuse them, so they are only sent if they are needed.
  return await attempt([]).catch(async (error: unknown) => {
    if (!(error instanceof EndedByLimit)) throw error;
    const known = ["statement_timeout", "idle_session_timeout"];
    // A server before version 17 has no such setting, and would refuse the login.
    const newer = [...known, "transaction_timeout"];
    const isNewer = (one: EndedByLimit) => one.code === sqlStates.transactionTimeout;
    if (isNewer(error)) return await attempt(newer);
    return await attempt(known).catch(async (second: unknown) => {
      if (!(second instanceof EndedByLimit && isNewer(second))) throw second;
      return await attempt(newer);
    });
  });
}

/** A time limit of the role or the database ended the session before it was switched off. */
class EndedByLimit extends UserError {
  constructor(
    connection: Connection,
    readonly code: string,
  ) {
    super(
      `${place(connection)} ends each session of role ${connection.user} immediately (${code}): a time limit of the role or the database is too short. Connect another role, and reset it: alter database … reset …, or alter role … reset ….`,
    );
  }
}

/** @param unlimited names of settings that the login sets to 0 */
async function open(
  connection: Connection,
  options: ConnectOptions,
  unlimited: readonly string[],
): Promise<Client> {
  const config = clientConfig(connection, options);
  const client = new Client(
    unlimited.length === 0
      ? config
      : { ...config, options: unlimited.map((name) => `-c ${name}=0`).join(" ") },
  );
  let ended: unknown;
  // Without a listener, a connection that breaks while idle would end the process.
  client.on("error", (error) => {
    ended ??= error;
  });
  options.signal?.throwIfAborted();
  const giveUp = () => cut(client);
  options.signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await client.connect();
    // First, because the limit may be shorter than the next statement takes.
    await client.query("set statement_timeout = 0");
    // The same backend must answer twice. A pooler in transaction mode may use two.
    const first = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
    // The settings of a role or database may contain a role, with which the session would start.
    await client.query(
      `set client_connection_check_interval = 1000; ${withoutTransactionTimeouts}; set role none`,
    );
    const second = await client.query<{ pid: number; interval: string }>(
      "select pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('client_connection_check_interval') as interval",
    );
    const [before, after] = [first.rows[0], second.rows[0]];
    if (before?.pid !== after?.pid || after?.interval !== "1s") throw transactionPooler(connection);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    options.signal?.throwIfAborted();
    throw error instanceof UserError ? error : explain(ended ?? error, connection);
  } finally {
    options.signal?.removeEventListener("abort", giveUp);
  }
}

/** Closes a connection immediately, without waiting for its statement: the server ends that within a second. */
export function cut(client: Client): void {
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
}

/** Closes a connection in any state. */
export async function disconnect(client: Client | undefined): Promise<void> {
  await client?.end().catch(() => {});
}

function clientConfig(connection: Connection, options: ConnectOptions): ClientConfig {
  return {
    host: connection.host,
    port: connection.port,
    user: connection.user,
    password: connection.password,
    database: connection.database,
    ssl: tls(connection),
    application_name: options.applicationName.slice(0, 63),
    pipeline: options.pipeline ?? false,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
  };
}

function tls(connection: Connection): ClientConfig["ssl"] {
  const ca = connection.sslRootCertificate;
  const remote = ca === undefined ? "require" : "verify-full";
  switch (connection.sslMode ?? (isLoopback(connection.host) ? "disable" : remote)) {
    case "disable":
      return false;
    case "require":
      return { minVersion: "TLSv1.2", rejectUnauthorized: false };
    case "verify-full":
      return { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) };
  }
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.startsWith("/") ||
    host === "::1" ||
    (isIP(host) === 4 && host.startsWith("127."))
  );
}

function transactionPooler(connection: Connection): UserError {
  return new UserError(
    `${place(connection)} is a pooler in transaction mode, which does not support session locks: use the session pooler or the direct connection (port 5432).`,
  );
}

const absent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  sqlStates.invalidCatalogName,
  // A server that starts, recovers or shuts down.
  sqlStates.cannotConnectNow,
]);
/** The states in which the server ends a statement or a session because of a time limit. */
const limits = new Set<string>([
  sqlStates.queryCanceled,
  sqlStates.transactionTimeout,
  sqlStates.idleSessionTimeout,
]);
/** The shared pooler's messages about a project that is paused or deleted. */
const unknownTenant = /tenant or user not found|tenant\/user \S+ not found/i;
const certificate = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL)/;

function explain(error: unknown, connection: Connection): UserError {
  const code = String((error as { code?: unknown } | undefined)?.code ?? "");
  const message = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  const where = place(connection);
  if (limits.has(code)) return new EndedByLimit(connection, code);
  if (absent.has(code) || /timeout/i.test(message ?? "")) {
    return new DatabaseUnreachable(`The database ${where} cannot be reached: ${code || message}.`, 1);
  }
  if (unknownTenant.test(message ?? "")) {
    return new DatabaseUnreachable(
      `The database ${where} cannot be reached as ${connection.user}: the pooler does not know this project: it may be paused or deleted.`,
    );
  }
  if (certificate.test(code)) {
    return new UserError(
      `The TLS certificate of ${where} cannot be verified (${code}): database.sslRootCertificate must name the certificate that the project's database settings offer for download.`,
    );
  }
  if (message?.includes("does not support SSL")) {
    return new UserError(`${where} does not offer TLS: set sslMode to "disable" if that is intended.`);
  }
  if (code === sqlStates.invalidPassword || code === sqlStates.invalidAuthorizationSpecification) {
    return new LoginRefused(
      `${where} refuses role ${connection.user}: the password or the role is wrong (${code}).`,
    );
  }
  const secret = connection.password;
  const safe = secret === "" ? message : message?.replaceAll(secret, "[secret]");
  return new UserError(`The database ${where} cannot be used: ${safe}${code === "" ? "" : ` (${code})`}.`);
}

function place({ host, port, database }: Connection): string {
  return `${database} on ${host}:${port}`;
}
