import { setTimeout as sleep } from "node:timers/promises";
import { sqlStates } from "../../../../../foundation/sqlStates";
import type { Limits } from "../inputs";
import { isDatabaseError } from "../source/errors";
import { lockTimeout } from "./lockTimeout";
import { isOvertaken } from "./overtaken";

/** A lock timeout; a deadlock. */
const lostLock = new Set([lockTimeout, sqlStates.deadlockDetected]);

/** Returns whether another session is the cause, so that the transaction may succeed when it is restarted. */
export function isCausedByOthers(error: unknown): boolean {
  return isDatabaseError(error) && (lostLock.has(error.code) || isOvertaken(error));
}

export interface RetryOptions {
  /** The number of retries after the first attempt. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Returns whether another session caused the error. */
  isRetriable(error: unknown): boolean;
  retrying?(error: unknown, attempt: number, waitMilliseconds: number): void;
  random?(): number;
}

/**
 * Returns the options for a transaction with these limits. Each new attempt is announced with the holder of the lock.
 */
export function lockRetries(options: {
  readonly limits: Limits;
  readonly signal: AbortSignal;
  blocker(): string | undefined;
  warn(line: string): void;
}): Pick<RetryOptions, "retries" | "signal" | "retrying"> {
  const { limits, signal, blocker, warn } = options;
  return {
    retries: limits.lockRetries,
    signal,
    retrying: (error, attempt, wait) => {
      const isRace = isOvertaken(error) || (error instanceof Error && isOvertaken(error.cause));
      const again = `the transaction starts again in ${wait} ms (${attempt} of ${limits.lockRetries}).`;
      if (isRace) return warn(`Another session changed the same object at the same time; ${again}`);
      const who = blocker();
      warn(`A lock was not free in time; ${again}${who === undefined ? "" : ` Blocked by ${who}.`}`);
    },
  };
}

const firstWait = 250;
const maxWaitMilliseconds = 8_000;

/**
 * Runs a whole transaction, and retries it if another session was the cause: exponential waits with full jitter,
 * limited in number.
 */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const random = options.random ?? Math.random;
  for (let retry = 0; ; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (retry >= options.retries || !options.isRetriable(error)) throw error;
      const wait = Math.round(random() * Math.min(firstWait * 2 ** retry, maxWaitMilliseconds));
      options.retrying?.(error, retry + 1, wait);
      await sleep(wait, undefined, { signal: options.signal }).catch(() => {});
      options.signal.throwIfAborted();
    }
  }
}
