import type { EventEmitter } from "node:events";
import type { Client } from "pg";
import type { Connection, Limits } from "../inputs";
import { connect, disconnect } from "./connection";
import { takeLock } from "./lock";

/** How often, in milliseconds, a running statement is asked who blocks it; ten times before a shorter lock time-out. */
const blockerInterval = 300;
const asksPerTimeout = 10;

/** The server refused one statement of a text that holds several. */
export class ExecutionFailure extends Error {
  constructor(
    override readonly cause: unknown,
    /** How many statements of the text had succeeded before. */
    readonly completed: number,
  ) {
    super("a statement failed", { cause });
  }
}

/**
 * The two connections of a deploy: one does the work; the other has the bundle's lock, watches who blocks the work and
 * cancels it when the engine gives up.
 */
export class Session {
  /** Who was last seen to block a statement of this transaction: for the message of a lock time-out. */
  blocker: string | undefined;

  /** Error of the server → how many statements of its message had succeeded before. */
  private readonly completedBefore = new WeakMap<object, number>();
  /** How many messages are under way. */
  private underWay = 0;
  private stopWatching = () => {};

  private constructor(
    readonly work: Client,
    private readonly lock: Client,
    private readonly workPid: number,
    private readonly limits: Limits,
    private readonly signal: AbortSignal,
  ) {
    // The client's results tell which statements succeeded only when all did; its wire tells in any case.
    const wire = (work as unknown as { readonly connection: EventEmitter }).connection;
    let completed = 0;
    wire.on("commandComplete", () => {
      completed += 1;
    });
    wire.on("errorMessage", (error: object) => this.completedBefore.set(error, completed));
    wire.on("readyForQuery", () => {
      completed = 0;
    });
  }

  /** Connects and takes the lock. Throws a UserError when either cannot be had. */
  static async open(
    connection: Connection,
    bundle: string,
    limits: Limits,
    signal: AbortSignal,
    waiting: (holder: string) => void,
  ): Promise<Session> {
    const applicationName = `supabasex ${bundle}`;
    const lock = await connect(connection, { applicationName });
    let work: Client | undefined;
    try {
      await takeLock(lock, bundle, limits.lockWaitSeconds, signal, waiting);
      work = await connect(connection, { applicationName, pipeline: true });
      const { rows } = await work.query<{ pid: number }>("select pg_backend_pid() as pid");
      const session = new Session(work, lock, rows[0]?.pid ?? 0, limits, signal);
      await work.query(session.settings);
      return session;
    } catch (error) {
      await disconnect(work);
      await disconnect(lock);
      throw error;
    }
  }

  /** The session as every file finds it: nothing set but our own limits, as the role that connected. */
  get settings(): string {
    const { lockTimeoutSeconds, statementTimeoutSeconds } = this.limits;
    return [
      "reset all",
      "reset role",
      "set client_connection_check_interval = 1000",
      `set lock_timeout = ${Math.round(lockTimeoutSeconds * 1000)}`,
      `set statement_timeout = ${Math.round(statementTimeoutSeconds * 1000)}`,
      "set check_function_bodies = on",
    ].join("; ");
  }

  /**
   * Sends a text of one or more statements in one message, at once: behind messages that are still under way, and
   * without waiting for their end. Throws ExecutionFailure with the number of statements that succeeded before the one
   * that failed.
   */
  async execute(text: string): Promise<void> {
    this.signal.throwIfAborted();
    if (this.underWay === 0) this.stopWatching = this.watch();
    this.underWay += 1;
    try {
      await this.work.query(text);
    } catch (error) {
      this.signal.throwIfAborted();
      throw new ExecutionFailure(error, this.completedBefore.get(error as object) ?? 0);
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) this.stopWatching();
    }
  }

  /** Whether the lock's connection still has it: it is gone when that connection was cut. */
  async holdsLock(): Promise<boolean> {
    return this.lock.query("select").then(
      () => true,
      () => false,
    );
  }

  /** Rolls back what is open and frees the lock, by closing both connections. */
  async close(): Promise<void> {
    await disconnect(this.work);
    await disconnect(this.lock);
  }

  private blockerInterval(): number {
    const { lockTimeoutSeconds } = this.limits;
    if (lockTimeoutSeconds === 0) return blockerInterval;
    return Math.min(blockerInterval, (lockTimeoutSeconds * 1000) / asksPerTimeout);
  }

  /** Asks every now and then who blocks the work, and cancels it when the engine gives up. Answers how to end that. */
  private watch(): () => void {
    let asking = false;
    const timer = setInterval(() => {
      if (asking) return;
      asking = true;
      void this.blockerNow()
        .then((blocker) => {
          this.blocker = blocker ?? this.blocker;
        })
        .catch(() => {})
        .finally(() => {
          asking = false;
        });
    }, this.blockerInterval());
    const cancel = () =>
      void this.lock.query("select pg_cancel_backend($1)", [this.workPid]).catch(() => disconnect(this.work));
    this.signal.addEventListener("abort", cancel, { once: true });
    return () => {
      clearInterval(timer);
      this.signal.removeEventListener("abort", cancel);
    };
  }

  private async blockerNow(): Promise<string | undefined> {
    const { rows } = await this.lock.query<{
      pid: number;
      application: string | null;
      state: string | null;
      seconds: number | null;
      query: string | null;
    }>(
      `select b.pid, a.application_name as application, a.state, a.query,
              extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.query_start))::int as seconds
       from unnest(pg_blocking_pids($1)) as b (pid) left join pg_stat_activity a on a.pid = b.pid limit 1`,
      [this.workPid],
    );
    const found = rows[0];
    if (found === undefined) return undefined;
    const { pid, application, state, seconds, query } = found;
    const who = [application || "application unknown", state, seconds === null ? null : `for ${seconds} s`];
    const text = query?.replaceAll(/\s+/g, " ").trim().slice(0, 200);
    return `process ${pid} (${who.filter((part) => part !== null).join(", ")})${text ? `: ${text}` : ""}`;
  }
}
