import { applyPolicy, type DatedRun, type RetentionPolicy } from "./policy";

/**
 * Returns since when a backup has been overdue for deletion: the start of the backup that made it superfluous.
 * Undefined if there is none. Uses only dates, as a prune does before it reads anything.
 */
export function overdueSince(
  runs: readonly DatedRun[],
  {
    policy,
    minimum,
    now,
  }: { readonly policy: RetentionPolicy; readonly minimum: number; readonly now: Date },
): Date | undefined {
  const past = runs
    .filter(({ start }) => start <= now)
    .sort((a, b) => a.start.getTime() - b.start.getTime() || (a.name < b.name ? -1 : 1));
  const superfluous = new Set(superfluousOf(past, policy, minimum));
  if (superfluous.size === 0) return undefined;
  // A backup becomes superfluous when another one is created.
  return past.find((_, index) =>
    superfluousOf(past.slice(0, index + 1), policy, minimum).some((name) => superfluous.has(name)),
  )?.start;
}

/** Returns the runs, sorted from the oldest, that neither the retention nor the minimum keeps. */
function superfluousOf(sorted: readonly DatedRun[], policy: RetentionPolicy, minimum: number): string[] {
  const now = sorted.at(-1)?.start ?? new Date(0);
  return applyPolicy(sorted, policy, now)
    .slice(0, Math.max(0, sorted.length - minimum))
    .flatMap(({ run, reasons }) => (reasons.length === 0 ? [run] : []));
}
