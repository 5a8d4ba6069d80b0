import type { Client, QueryResult } from "pg";
import type { Connection, Limits } from "../inputs";
import { applicationName } from "./applicationName";
import { connect, cut, disconnect } from "./connection";
import { settingsOf } from "./limits";
import { takeLock } from "./lock";
import { Watch } from "./watch";
import { type Answers, Wire } from "./wire";

/** The server refused one of several statements in a text. */
export class ExecutionFailure extends Error {
  constructor(
    override readonly cause: unknown,
    readonly answers: Answers,
  ) {
    super("a statement failed", { cause });
  }

  /** Returns the number of statements of the text that had succeeded before. */
  get completed(): number {
    return this.answers.completed;
  }
}

export interface SessionOptions {
  readonly connection: Connection;
  readonly bundle: string;
  /** The deploying stack, if known. */
  readonly stack?: string | undefined;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Called with the holder of the lock, while another deployment holds it. */
  waiting(holder: string): void;
}

interface SessionParts {
  readonly work: Client;
  readonly lock: Client;
  readonly wire: Wire;
  readonly watch: Watch;
}

/**
 * The two connections of a deployment: one does the work; the other holds the bundle's lock, watches who blocks the
 * work, and cancels it when the engine gives up.
 */
export class Session {
  readonly work: Client;
  private readonly lock: Client;
  private readonly wire: Wire;
  private readonly watch: Watch;

  private constructor(
    { work, lock, wire, watch }: SessionParts,
    private readonly options: SessionOptions,
  ) {
    this.work = work;
    this.lock = lock;
    this.wire = wire;
    this.watch = watch;
  }

  /** Connects and takes the lock. Throws a UserError if that fails. */
  static async open(options: SessionOptions): Promise<Session> {
    const { connection, bundle, limits, signal } = options;
    const name = { applicationName: applicationName(bundle, options.stack) };
    const lock = await connect(connection, { ...name, signal });
    let work: Client | undefined;
    try {
      await takeLock(lock, bundle, { waitSeconds: limits.lockWaitSeconds, signal, waiting: options.waiting });
      work = await connect(connection, { ...name, signal, pipeline: true });
      const watchedWork = work;
      const { rows } = await work.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
      const wire = new Wire(work);
      const watch = new Watch({
        pid: rows[0]?.pid ?? 0,
        lockTimeoutSeconds: limits.lockTimeoutSeconds,
        signal,
        isBusy: () => wire.isBusy,
        observer: async () => lock,
        abandon: () => cut(watchedWork),
      });
      const session = new Session({ work, lock, wire, watch }, options);
      await work.query(session.settings);
      return session;
    } catch (error) {
      await disconnect(work);
      await disconnect(lock);
      throw error;
    }
  }

  /** Returns who last blocked a statement of this transaction, for the message of a lock timeout. */
  get blocker(): string | undefined {
    return this.watch.blocker;
  }

  set blocker(blocker: string | undefined) {
    this.watch.blocker = blocker;
  }

  /**
   * Returns statements that reset the session for each file: only our own limits are set, as the connected role, without cursors and
   * temporary objects.
   */
  get settings(): string {
    return settingsOf(this.options.limits);
  }

  /**
   * Sends a text of one or more statements in one message, immediately: after messages that are still running, and
   * without waiting for their end. Returns the results of its statements, and the server's notices. Throws
   * ExecutionFailure with the number of statements that succeeded before the failed one.
   */
  async execute(text: string): Promise<Answers & { readonly results: readonly QueryResult[] }> {
    this.options.signal.throwIfAborted();
    const { result, answers } = this.wire.send(text);
    try {
      const results = await result;
      return { ...answers, results: Array.isArray(results) ? results : [results] };
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw new ExecutionFailure(error, answers);
    }
  }

  /** Returns whether the lock's connection still holds it: it is lost if that connection broke. */
  async holdsLock(): Promise<boolean> {
    return this.lock.query("select").then(
      () => true,
      () => false,
    );
  }

  /**
   * Returns which of the objects another session sees. The open transaction has not created these, whatever has changed
   * their rows in the system catalogs since then.
   *
   * @param addresses as in a reading of the catalog
   */
  async existingElsewhere(addresses: readonly string[]): Promise<ReadonlySet<string>> {
    if (addresses.length === 0) return new Set();
    const { rows } = await this.lock.query<{ address: string }>(
      `select a.address
      from (
        select address, pg_catalog.string_to_array(address, ':') as parts
        from pg_catalog.unnest($1::pg_catalog.text[]) as given (address)
      ) a
      cross join lateral pg_catalog.pg_identify_object(
        a.parts[1]::pg_catalog.oid, a.parts[2]::pg_catalog.oid, a.parts[3]::pg_catalog.int4) i
      where i.identity is not null`,
      [addresses],
    );
    return new Set(rows.map(({ address }) => address));
  }

  /** Rolls back the open transaction and releases the lock, by closing both connections. */
  async close(): Promise<void> {
    if (this.options.signal.aborted) cut(this.work);
    await disconnect(this.work);
    this.watch.stop();
    await disconnect(this.lock);
  }
}
