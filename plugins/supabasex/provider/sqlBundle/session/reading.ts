import type { Client } from "pg";
import type { Connection, Limits } from "../inputs";
import { applicationName } from "./applicationName";
import { connect, cut, disconnect } from "./connection";
import { settingsOf } from "./limits";
import { statementFailure } from "./lockTimeout";
import { isCausedByOthers, lockRetries, retrying } from "./retry";
import { Watch } from "./watch";
import { Wire } from "./wire";

export interface ReadingOptions {
  readonly connection: Connection;
  readonly bundle: string;
  /** The stack that reads, if known. */
  readonly stack?: string | undefined;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  warn(line: string): void;
}

/**
 * Reads a database with the limits of a deployment, but without its lock: a statement that waits too long for a lock is
 * retried as often as in a deployment, and then fails with the name of the lock's holder. A second connection is only
 * opened if a statement takes long or has to be cancelled.
 *
 * @param read is called again for each attempt
 */
export async function reading<T>(options: ReadingOptions, read: (client: Client) => Promise<T>): Promise<T> {
  const { connection, bundle, limits, signal, warn } = options;
  const name = { applicationName: applicationName(bundle, options.stack) };
  const client = await connect(connection, { ...name, signal });
  let second: Promise<Client> | undefined;
  let watch: Watch | undefined;
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
    await client.query(settingsOf(limits));
    const wire = new Wire(client);
    watch = new Watch({
      pid: rows[0]?.pid ?? 0,
      lockTimeoutSeconds: limits.lockTimeoutSeconds,
      signal,
      isBusy: () => wire.isBusy,
      observer: () => {
        second ??= connect(connection, name);
        return second;
      },
      abandon: () => cut(client),
    });
    const watching = watch;
    return await retrying(() => read(client), {
      ...lockRetries({ limits, signal, warn, blocker: () => watching.blocker }),
      isRetriable: isCausedByOthers,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw statementFailure(`Reading the objects of bundle ${bundle}`, error, watch?.blocker);
  } finally {
    watch?.stop();
    await disconnect(client);
    await disconnect(await second?.catch(() => undefined));
  }
}
