import { setTimeout as sleep } from "node:timers/promises";
import { isDatabaseError } from "../source/errors";

/** A lock could not be had in time; a deadlock. Either way the transaction may simply be begun anew. */
const lostLock = new Set(["55P03", "40P01"]);

export function isLostLock(error: unknown): boolean {
  return isDatabaseError(error) && lostLock.has(error.code);
}

export interface RetryOptions {
  /** How often to begin anew after the first attempt. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Whether the error, or what it was caused by, is a lost lock. */
  isRetriable(error: unknown): boolean;
  retrying?(error: unknown, attempt: number, waitMilliseconds: number): void;
  random?(): number;
}

const firstWait = 250;
const longestWait = 8_000;

/** Runs a whole transaction, and again where it lost a lock: exponential waits with full jitter, bounded in number. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const random = options.random ?? Math.random;
  for (let retry = 0; ; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (retry >= options.retries || !options.isRetriable(error)) throw error;
      const wait = Math.round(random() * Math.min(firstWait * 2 ** retry, longestWait));
      options.retrying?.(error, retry + 1, wait);
      await sleep(wait, undefined, { signal: options.signal }).catch(() => {});
      options.signal.throwIfAborted();
    }
  }
}
