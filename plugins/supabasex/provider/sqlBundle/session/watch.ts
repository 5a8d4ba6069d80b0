import type { Client } from "pg";

/** How often, in milliseconds, the server is asked who blocks a statement; ten times before a shorter lock time-out. */
const askInterval = 300;
const asksPerTimeout = 10;
/** How often, in milliseconds, a cancelled operation cancels the statement that runs. */
const cancelInterval = 200;
/** How many milliseconds after a cancellation the connection is closed, if the statement still runs. */
const patience = 1_000;

export interface Watched {
  /** Process of the connection on the server. */
  readonly pid: number;
  /** 0 is without limit. */
  readonly lockTimeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Whether a statement runs. */
  isBusy(): boolean;
  /** Another connection to the same server. It is asked for only when a statement takes long. */
  observer(): Promise<Client>;
  /** Closes the watched connection at once. */
  abandon(): void;
}

/**
 * Watches a connection from another one: remembers who blocks its statements, and cancels whatever runs there when the
 * operation is cancelled. A statement that ignores this loses its connection after a second.
 */
export class Watch {
  /** Who was last seen to block a statement: for the message of a lock time-out. */
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
      // Without an answer the message of a time-out names nobody.
    } finally {
      this.#isAsking = false;
    }
  }

  /** A cancellation that arrives between two statements has no effect, so it is sent until the operation has ended. */
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

/** Returns who blocks a process; where that one waits as well, such as in a queue for a table, who blocks that one. */
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
