import type { Entries } from "../watch/watched";

/**
 * Returns an entry for a list that is too long to compare. It is compared itself, so nobody can hide something in a list by exceeding its
 * limit.
 */
export function tooMany(list: string): Entries {
  return { [list]: "too many to compare" };
}
