import { isOpen } from "./accepted";
import type { Finding } from "./findings";

/** What a change does to the advisors' findings. Those that `accepted.ts` accepts count as none. */
export interface FindingsCompared {
  /** Findings that only the changed database has. */
  readonly added: readonly Finding[];
  /** Findings that only the database before the change has. */
  readonly resolved: readonly Finding[];
  /** How many both have. */
  readonly unchanged: number;
}

/** Compares what the advisors find before and after a change. */
export function compareFindings(before: readonly Finding[], after: readonly Finding[]): FindingsCompared {
  const [old, now] = [before.filter(isOpen), after.filter(isOpen)];
  const missingIn = (others: readonly Finding[]) => {
    const keys = new Set(others.map(({ key }) => key));
    return ({ key }: Finding) => !keys.has(key);
  };
  const added = now.filter(missingIn(old));
  return { added, resolved: old.filter(missingIn(now)), unchanged: now.length - added.length };
}
