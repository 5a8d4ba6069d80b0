/** PostgreSQL's table locks, weakest first, as `pg_locks` names them and as its documentation writes them. */
const modes = [
  ["AccessShareLock", "ACCESS SHARE"],
  ["RowShareLock", "ROW SHARE"],
  ["RowExclusiveLock", "ROW EXCLUSIVE"],
  ["ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"],
  ["ShareLock", "SHARE"],
  ["ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"],
  ["ExclusiveLock", "EXCLUSIVE"],
  ["AccessExclusiveLock", "ACCESS EXCLUSIVE"],
] as const;

export type LockMode = (typeof modes)[number][1];

const strengths: ReadonlyMap<string, number> = new Map(modes.map(([, name], at) => [name, at]));
const names: ReadonlyMap<string, LockMode> = new Map(modes);

/**
 * Returns the documented name of a mode in `pg_locks`; `undefined` for one that is not a table lock, such as
 * `SIReadLock`.
 */
export function modeNamed(name: string): LockMode | undefined {
  return names.get(name);
}

/** Returns the mode of a `lock table` statement's parse tree, which counts from 1. */
export function modeNumbered(number: number | undefined): LockMode {
  return modes[(number ?? modes.length) - 1]?.[1] ?? "ACCESS EXCLUSIVE";
}

/** Returns the stronger of two modes; `undefined` is no lock. */
export function stronger(one: LockMode | undefined, other: LockMode | undefined): LockMode | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return isStronger(one, other) ? one : other;
}

/** Returns whether a mode is stronger than another; `undefined` is no lock. */
export function isStronger(one: LockMode, other: LockMode | undefined): boolean {
  return other === undefined || strength(one) > strength(other);
}

/** Returns whether `insert`, `update` and `delete`, which take ROW EXCLUSIVE, wait for the lock. */
export function blocksWrites(mode: LockMode | undefined): boolean {
  return mode !== undefined && strength(mode) >= strength("SHARE");
}

/** Returns whether `select`, which takes ACCESS SHARE, waits for the lock. */
export function blocksReads(mode: LockMode | undefined): boolean {
  return mode === "ACCESS EXCLUSIVE";
}

/** Returns who waits for a lock, as text. */
export function blockedBy(mode: LockMode): string {
  if (blocksReads(mode)) return "blocks reads and writes";
  return blocksWrites(mode) ? "blocks writes" : "blocks neither reads nor writes";
}

function strength(mode: LockMode): number {
  return strengths.get(mode) ?? 0;
}
