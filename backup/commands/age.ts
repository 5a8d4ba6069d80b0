import { createHash } from "node:crypto";
import { type AgeMeasured, backupEvents, drillsPrefix, watchPrefix } from "../../foundation/backupContract";
import { listRuns, type StoredRun } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { leewaySeconds } from "../postgres/clock";
import { overdueSince } from "../retention/overdue";
import { ownSource } from "../selectRun";
import { anyDatabase, groupBySource, mayBeOf, namesProject, RunSources } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface AgeOptions {
  /** Default: now. */
  readonly now?: Date;
}

/** Records when measuring started on the bucket, if the environment names no project. */
const watchKey = `${watchPrefix}began.json`;

/** Records when measuring started for one database, whose name may have characters that are unsuitable for a key. */
function watchKeyOf(source: string): string {
  return `${watchPrefix}began-${createHash("sha256").update(source).digest("hex").slice(0, 16)}.json`;
}

/**
 * Implements `backup age`: prints one line with the ages of the newest backup and of the last passed drill, in seconds.
 * Metric filters turn it into the metrics that alarms watch. A backup's age counts from its start, which is the time of
 * its data. Without a backup or drill, the age is the time since this command first ran on the bucket, so a new stack
 * without backups triggers the alarm as late as one whose schedule stopped. Also prints how long a backup has been
 * overdue for deletion. If the environment names a project, only its backups and drills count, and the time since this
 * command first ran for it.
 *
 * @throws UserError with exit code 4 if the bucket, or a manifest that decides, cannot be read. No age is printed then,
 * which also triggers the alarm
 */
export async function age({ now = new Date() }: AgeOptions, context: CommandContext): Promise<AgeMeasured> {
  const {
    store: settings,
    retention,
    own,
  } = readEnvironment(["store", "retention", "own"], context.environment);
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const { signal } = context;
  const complete = (await listRuns(store, signal)).filter(({ isComplete }) => isComplete);
  const measuring: Measuring = {
    store,
    wanted: ownSource({ own }),
    sources: new RunSources(store, complete, signal),
    // A wrong clock dated the others: they would be the newest until that date, and no alarm would fire.
    latest: new Date(now.getTime() + leewaySeconds * 1000),
    signal,
  };
  const backup = await newestBackup(complete, measuring);
  const drill = await newestPassedDrill(measuring);
  const overdueOf = (runs: readonly StoredRun[]) =>
    overdueSince(runs, { policy: retention, minimum: retention.minimum, now });
  // If no run is superfluous among all, none is among those of one database, and no manifest has to be read.
  const overdue =
    overdueOf(complete) === undefined
      ? undefined
      : (await ownGroups(complete, measuring))
          .flatMap((runs) => overdueOf(runs) ?? [])
          .sort((a, b) => a.getTime() - b.getTime())[0];
  const since = backup === undefined || drill === undefined ? await watchedSince(measuring, now) : now;
  const ageOf = (moment: Date | undefined) =>
    Math.max(0, Math.round((now.getTime() - (moment ?? since).getTime()) / 1000));
  const measured: AgeMeasured = {
    event: backupEvents.ageMeasured,
    backupAgeSeconds: ageOf(backup?.start),
    drillAgeSeconds: ageOf(drill),
    pruneOverdueSeconds: overdue === undefined ? 0 : ageOf(overdue),
    ...(backup !== undefined && { run: backup.run }),
  };
  context.print(JSON.stringify(measured));
  return measured;
}

/** The shared context of the measurements. */
interface Measuring {
  readonly store: ObjectStore;
  /** Name of the database that is measured; undefined for all of the bucket. */
  readonly wanted: string | undefined;
  readonly sources: RunSources;
  /** Later dates come from a wrong clock. */
  readonly latest: Date;
  readonly signal: AbortSignal;
}

/**
 * Returns the newest run whose manifest is not damaged. A manifest of another version counts if it names the database, or
 * if it is older or all of the bucket is measured, because no more can be known about it.
 */
async function newestBackup(
  complete: readonly StoredRun[],
  { wanted, sources, latest }: Measuring,
): Promise<{ readonly run: string; readonly start: Date } | undefined> {
  for (const { name: run, start } of [...complete].reverse()) {
    if (start > latest || (await sources.isDamaged(run))) continue;
    if (wanted === undefined) return { run, start };
    if (mayBeOf(await sources.of(run), wanted)) return { run, start };
  }
  return undefined;
}

/**
 * Returns the start of the last passed drill of a backup of the own database. Receipts are named after the start of
 * their drill.
 */
async function newestPassedDrill(measuring: Measuring): Promise<Date | undefined> {
  const { store, latest, signal } = measuring;
  const keys = (await store.list(drillsPrefix, signal)).map(({ key }) => key).sort();
  for (const key of keys.reverse()) {
    const receipt = parsed(await store.readText(key, signal));
    const startedAt = new Date(String(receipt.startedAt));
    // A receipt with a future or an invalid date does not count.
    if (receipt.event !== backupEvents.drillPassed || !(startedAt <= latest)) continue;
    if (await isOwnReceipt(receipt, measuring)) return startedAt;
  }
  return undefined;
}

/**
 * Returns whether a receipt is of the measured database. Receipts of older programs do not name the database: if their backup does
 * not either, they may be of this one.
 */
async function isOwnReceipt(
  receipt: Readonly<Record<string, unknown>>,
  { wanted, sources }: Measuring,
): Promise<boolean> {
  const { run, source } = receipt;
  if (wanted === undefined || source === wanted) return true;
  if (namesProject(String(source))) return false;
  const ofRun = await sources.of(String(run));
  if (ofRun === undefined || ofRun === anyDatabase) return source === undefined;
  return ofRun === wanted;
}

/** Returns the runs of the own database, or those of each one if all of the bucket is measured. */
async function ownGroups(
  complete: readonly StoredRun[],
  { wanted, sources }: Measuring,
): Promise<StoredRun[][]> {
  const names = await sources.all();
  if (wanted === undefined) return [...groupBySource(complete, names).values()];
  return [complete.filter(({ name }) => mayBeOf(names.get(name), wanted))];
}

/**
 * Returns when this command first ran for the own database, and records it on the first run. Older programs recorded it
 * for the bucket: this counts if the bucket has no backup and no record of another database.
 */
async function watchedSince({ store, wanted, sources, signal }: Measuring, now: Date): Promise<Date> {
  const read = async (key: string): Promise<Date | undefined> => {
    const at = new Date(String(parsed(await store.readText(key, signal)).at));
    return Number.isNaN(at.getTime()) ? undefined : at;
  };
  const key = wanted === undefined ? watchKey : watchKeyOf(wanted);
  const known = await read(key);
  if (known !== undefined) return known;
  const isOnly = async (database: string) =>
    (await store.list(watchPrefix, signal)).length === 1 &&
    [...(await sources.all()).values()].every((source) => mayBeOf(source, database));
  const ofBucket = wanted === undefined ? undefined : await read(watchKey);
  const began = wanted !== undefined && ofBucket !== undefined && (await isOnly(wanted)) ? ofBucket : now;
  const text = `${JSON.stringify({ at: began, source: wanted })}\n`;
  await store.putText(key, text, "application/json", { signal });
  return began;
}

/** Returns the fields of a JSON object; none for any other text. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
