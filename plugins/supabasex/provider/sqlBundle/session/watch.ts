import type { Client } from "pg";

/** The interval, in milliseconds, of asking the server who blocks a statement; a tenth of a shorter lock timeout. */
const askInterval = 300;
const asksPerTimeout = 10;
/** The interval, in milliseconds, in which a cancelled operation cancels the running statement. */
const cancelInterval = 200;
/** The milliseconds between a cancellation and closing the connection, if the statement still runs. */
const patience = 1_000;

export interface Watched {
  /** The server process of the connection. */
  readonly pid: number;
  /** 0 means no limit. */
  readonly lockTimeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Returns whether a statement is running. */
  isBusy(): boolean;
  /** Returns another connection to the same server. It is only requested if a statement takes long. */
  observer(): Promise<Client>;
  /** Closes the watched connection immediately. */
  abandon(): void;
}

/**
 * Watches a connection from another one: records who blocks its statements, and cancels its statements when the
 * operation is cancelled. A statement that ignores this loses its connection after a second.
 */
export class Watch {
  /** The last session that blocked a statement, for the message of a lock timeout. */
  blocker: string | undefined;

  readonly #watched: Watched;
  readonly #timer: NodeJS.Timeout;
  #cancelling: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    const { lockTimeoutSeconds } = watched;
    const interval =
      lockTimeoutSeconds === 0
        ? askInterval
        : Math.min(askInterval, (lockTimeoutSeconds * 1000) / asksPerTimeout);
    this.#timer = setInterval(() => void this.#ask(), interval);
    if (watched.signal.aborted) this.#cancel();
    else watched.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#cancelling);
    this.#watched.signal.removeEventListener("abort", this.#cancel);
  }

  async #ask(): Promise<void> {
    const { isBusy, observer, pid } = this.#watched;
    if (this.#isAsking || !isBusy()) return;
    this.#isAsking = true;
    try {
      this.blocker = (await blockerOf(await observer(), pid)) ?? this.blocker;
    } catch {
      // Without a response, the message of a timeout names no session.
    } finally {
      this.#isAsking = false;
    }
  }

  /**
   * A cancellation that arrives between two statements has no effect, so it is repeated until the operation has ended.
   */
  readonly #cancel = (): void => {
    const until = performance.now() + patience;
    const cancel = async () => {
      const { isBusy, observer, pid, abandon } = this.#watched;
      if (!isBusy()) return;
      if (performance.now() > until) {
        abandon();
        return;
      }
      await (await observer()).query("select pg_cancel_backend($1)", [pid]);
    };
    const attempt = () => void cancel().catch(() => this.#watched.abandon());
    attempt();
    this.#cancelling = setInterval(attempt, cancelInterval);
  };
}

/**
 * Returns who blocks a process. If that process waits as well, for instance in a queue for a table, returns who blocks
 * it.
 */
async function blockerOf(observer: Client, blocked: number): Promise<string | undefined> {
  const { rows } = await observer.query<{
    pid: number;
    application: string | null;
    state: string | null;
    seconds: number | null;
    query: string | null;
  }>(
    `with recursive blocking as (
       select b.pid, 1 as step from unnest(pg_blocking_pids($1)) as b (pid)
       union
       select b.pid, step + 1 from blocking, unnest(pg_blocking_pids(blocking.pid)) as b (pid) where step < 10
     )
     select b.pid, a.application_name as application, a.state, a.query,
            extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.query_start))::int as seconds
     from blocking b left join pg_stat_activity a on a.pid = b.pid
     order by cardinality(pg_blocking_pids(b.pid)), step limit 1`,
    [blocked],
  );
  const found = rows[0];
  if (found === undefined) return undefined;
  const { pid, application, state, seconds, query } = found;
  const who = [application || "application unknown", state, seconds === null ? null : `for ${seconds} s`];
  const text = query?.replaceAll(/\s+/g, " ").trim().slice(0, 200);
  return `process ${pid} (${who.filter((part) => part !== null).join(", ")})${text ? `: ${text}` : ""}`;
}
