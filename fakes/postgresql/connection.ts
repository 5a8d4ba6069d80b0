import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { messageOf, UserError } from "../../foundation/userError";
import type { CallContext } from "../../plugins/provider-host/provider";

/** The part of the postgresql provider's configuration that this stack uses. */
export type ProviderConfig = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  /** The user's name on the server, if a pooler uses another one. Default: `username`. */
  readonly databaseUsername?: string;
  readonly password?: string;
  readonly sslmode: string;
  /** PEM file of the authority that signed the server's certificate, relative to the project's folder. */
  readonly sslrootcert?: string;
  readonly connectTimeout: number;
  readonly maxConnections: number;
  /** Whether `username` is a superuser. If so, reads the passwords of roles, like the official plugin. */
  readonly superuser: boolean;
};

/** Maximum number of connections. More connections would only wait for each other. */
const maxPoolConnections = 4;

/** Key of the advisory lock that serializes changes of roles. */
const writersLock = 0x74686f72;

/** The provider's server, with one small pool per database that resources name. */
export class Server {
  readonly #pools = new Map<string, pg.Pool>();

  constructor(readonly config: ProviderConfig) {}

  get database(): string {
    return this.config.database;
  }

  /** Returns the name of the signed-in user in statements. */
  get databaseUsername(): string {
    return this.config.databaseUsername ?? this.config.username;
  }

  /** Runs `work` in a read-only transaction. */
  read<T>(database: string, context: CallContext, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#transaction(database, context, { begin: "begin read only", work });
  }

  /** Runs `work` in a transaction. Only one at a time, because two that alter a role fail with "tuple concurrently updated". */
  write<T>(database: string, context: CallContext, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#transaction(database, context, {
      begin: "begin",
      work: async (client) => {
        await client.query("select pg_catalog.pg_advisory_xact_lock($1)", [writersLock]);
        return work(client);
      },
    });
  }

  async #transaction<T>(
    database: string,
    { signal }: CallContext,
    { begin, work }: { readonly begin: string; readonly work: (client: pg.ClientBase) => Promise<T> },
  ): Promise<T> {
    signal.throwIfAborted();
    const client = await this.#connect(database);
    const cancel = () => void this.#cancel(client);
    signal.addEventListener("abort", cancel, { once: true });
    let broken = false;
    try {
      await client.query(begin);
      const result = await work(client);
      signal.throwIfAborted();
      await client.query("commit");
      return result;
    } catch (error) {
      // If even the rollback fails, the connection is gone and the server rolls back itself.
      await client.query("rollback").catch(() => {
        broken = true;
      });
      throw explain(error);
    } finally {
      signal.removeEventListener("abort", cancel);
      client.release(broken);
    }
  }

  async #connect(database: string): Promise<pg.PoolClient> {
    let pool = this.#pools.get(database);
    if (pool === undefined) {
      pool = new pg.Pool({
        ...this.#options(database),
        max: Math.min(this.config.maxConnections || maxPoolConnections, maxPoolConnections),
        allowExitOnIdle: true,
        // If this process is killed, the server notices within a second and cancels the statement.
        options: "-c client_connection_check_interval=1000",
      });
      // A broken idle connection is replaced at its next use.
      pool.on("error", () => {});
      this.#pools.set(database, pool);
    }
    try {
      return await pool.connect();
    } catch (error) {
      const { host, port, username } = this.config;
      throw new UserError(
        `Cannot connect to PostgreSQL at ${host}:${port}, database ${database}, as ${username}: ${reason(error)}.`,
        1,
        { cause: error },
      );
    }
  }

  /** Cancels the statement of `client`, over another connection. */
  async #cancel(client: pg.PoolClient & { processID?: number | null }): Promise<void> {
    const asking = new pg.Client(this.#options(this.config.database));
    try {
      await asking.connect();
      await asking.query("select pg_catalog.pg_cancel_backend($1)", [client.processID]);
    } catch {
      // The server is gone or unreachable, so the statement fails anyway.
    } finally {
      await asking.end().catch(() => {});
    }
  }

  #options(database: string): pg.ClientConfig {
    const { host, port, username, password, connectTimeout } = this.config;
    return {
      host,
      port,
      database,
      user: username,
      password,
      ssl: sslOptions(this.config),
      connectionTimeoutMillis: connectTimeout * 1000,
      application_name: "pulumi-resource-postgresql",
    };
  }
}

/** Returns the options for a mode of libpq. As in the official plugin, the default requires encryption. */
function sslOptions({ sslmode, sslrootcert }: ProviderConfig): false | ConnectionOptions {
  if (sslmode === "disable") return false;
  const authority = sslrootcert === undefined ? undefined : { ca: readAuthority(sslrootcert) };
  if (sslmode === "verify-full") return { ...authority };
  // As in libpq, a given CA certificate is verified in every mode.
  if (sslmode === "verify-ca" || authority !== undefined)
    return { ...authority, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(`The postgresql provider cannot read sslrootcert, ${file}.`, 1, { cause });
  }
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reason).join("; ");
  return messageOf(error);
}

/** Converts a server error to a UserError with its code. Any other error is a bug. */
function explain(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const parts = [
    error.message,
    error.detail === undefined ? "" : `: ${error.detail}`,
    error.hint === undefined ? "" : ` (${error.hint})`,
    ` [SQLSTATE ${error.code}]`,
  ];
  return new UserError(parts.join(""), 1, { cause: error });
}
