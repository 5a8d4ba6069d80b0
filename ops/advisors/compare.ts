import { isOpen } from "./accepted";
import type { Finding } from "./findings";

/** How a change affects the advisors' findings. Findings that `accepted.ts` accepts are not counted. */
export interface FindingsCompared {
  /** Findings that only exist after the change. */
  readonly added: readonly Finding[];
  /** Findings that only exist before the change. */
  readonly resolved: readonly Finding[];
  /** The number of findings that exist before and after the change. */
  readonly unchanged: number;
}

/** Compares the advisors' findings before and after a change. */
export function compareFindings(before: readonly Finding[], after: readonly Finding[]): FindingsCompared {
  const [old, now] = [before.filter(isOpen), after.filter(isOpen)];
  const missingIn = (others: readonly Finding[]) => {
    const keys = new Set(others.map(({ key }) => key));
    return ({ key }: Finding) => !keys.has(key);
  };
  const added = now.filter(missingIn(old));
  return { added, resolved: old.filter(missingIn(now)), unchanged: now.length - added.length };
}
