/**
 * How long backups are kept. Days are counted back from the newest backup, as in restic, so the backups of a database
 * that is no longer backed up stay. Weeks and months are calendar weeks and months in UTC.
 */
export interface RetentionPolicy {
  /** Days to keep every backup. */
  readonly dailyDays: number;
  /** Days to keep the newest backup of each week, which begins on Monday. */
  readonly weeklyDays: number;
  /** Days to keep the newest backup of each month. */
  readonly monthlyDays: number;
}

export interface DatedRun {
  readonly name: string;
  readonly start: Date;
}

export interface Decision {
  readonly run: string;
  /** Why it is kept; deleted if there is no reason. */
  readonly reasons: readonly string[];
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Decides about each run by its date, oldest first. A run with a date in the future, because of a wrong clock, is kept,
 * and is not the newest of its week or month.
 */
export function applyPolicy(runs: readonly DatedRun[], policy: RetentionPolicy, now: Date): Decision[] {
  const sorted = [...runs].sort(
    (a, b) => a.start.getTime() - b.start.getTime() || (a.name < b.name ? -1 : 1),
  );
  const past = sorted.filter(({ start }) => start <= now);
  const newest = past.at(-1)?.start ?? now;
  const newestOfWeek = newestByPeriod(past, weekOf);
  const newestOfMonth = newestByPeriod(past, monthOf);
  return sorted.map(({ name, start }) => {
    if (start > now) return { run: name, reasons: ["dated in the future"] };
    const ageDays = (newest.getTime() - start.getTime()) / dayMilliseconds;
    const reasons = [
      ...(ageDays <= policy.dailyDays ? ["daily"] : []),
      ...(ageDays <= policy.weeklyDays && newestOfWeek.has(name) ? [`newest of week ${weekOf(start)}`] : []),
      ...(ageDays <= policy.monthlyDays && newestOfMonth.has(name)
        ? [`newest of month ${monthOf(start)}`]
        : []),
    ];
    return { run: name, reasons };
  });
}

/** Returns the first run, of runs sorted from the newest, of the same week and of the same month as the given one. */
export function newestNeighbours(sorted: readonly DatedRun[], { start }: DatedRun): DatedRun[] {
  const ofWeek = sorted.find((other) => weekOf(other.start) === weekOf(start));
  const ofMonth = sorted.find((other) => monthOf(other.start) === monthOf(start));
  return [ofWeek, ofMonth].filter((run) => run !== undefined);
}

function newestByPeriod(sorted: readonly DatedRun[], periodOf: (date: Date) => string): Set<string> {
  return new Set(new Map(sorted.map(({ name, start }) => [periodOf(start), name])).values());
}

/** Returns the month: `2026-11` */
function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7);
}

/** Returns the Monday of the week: `2026-11-16`. */
function weekOf(date: Date): string {
  const sinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - sinceMonday * dayMilliseconds).toISOString().slice(0, 10);
}
