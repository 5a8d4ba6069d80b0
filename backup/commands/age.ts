import { type AgeMeasured, backupEvents, drillsPrefix, watchPrefix } from "../../foundation/backupContract";
import { UserError } from "../../foundation/userError";
import { listRuns, readManifest, type StoredRun } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { leewaySeconds } from "../postgres/clock";
import { overdueSince } from "../retention/overdue";
import { ownSource } from "../selectRun";
import { groupBySource, readSourceNames } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface AgeOptions {
  /** Default: now. */
  readonly now?: Date;
}

/** Records when measuring started on the bucket. */
const watchKey = `${watchPrefix}began.json`;

/**
 * Implements `backup age`: prints one line with the ages of the newest backup and of the last passed drill, in seconds.
 * Metric filters turn it into the metrics that alarms watch. A backup's age counts from its start, which is the time of
 * its data. Without a backup or drill, the age is the time since this command first ran on the bucket, so a new stack
 * without backups triggers the alarm as late as one whose schedule stopped. Also prints how long a backup has been
 * overdue for deletion. If the environment names a project, only its backups and drills count.
 *
 * @throws UserError with exit code 4 if the bucket cannot be read. No age is printed then, which also triggers the
 * alarm
 */
export async function age({ now = new Date() }: AgeOptions, context: CommandContext): Promise<AgeMeasured> {
  const {
    store: settings,
    retention,
    own,
  } = readEnvironment(["store", "retention", "own"], context.environment);
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const { signal } = context;
  const all = (await listRuns(store, signal)).filter(({ isComplete }) => isComplete);
  const sources = await readSourceNames(store, all, signal);
  const wanted = ownSource({ own });
  /** Without a project in the environment, and without a readable manifest, a run may be of this database. */
  const isOwn = (source: string | undefined): boolean =>
    wanted === undefined || source === undefined || source === wanted;
  const complete = all.filter(({ name }) => isOwn(sources.get(name)));
  // A wrong clock dated the others: they would be the newest until that date, and no alarm would fire.
  const latest = new Date(now.getTime() + leewaySeconds * 1000);
  const backup = await newestBackup(
    store,
    complete.filter(({ start }) => start <= latest),
    signal,
  );
  const drill = await newestPassedDrill(store, { latest, isOwn, sources }, signal);
  const overdue = [...groupBySource(complete, sources).values()]
    .flatMap((runs) => overdueSince(runs, { policy: retention, minimum: retention.minimum, now }) ?? [])
    .sort((a, b) => a.getTime() - b.getTime())[0];
  const since = backup === undefined || drill === undefined ? await watchedSince(store, now, signal) : now;
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

/**
 * Returns the newest run whose manifest is not damaged. A manifest of another version counts, because no more can be
 * known about it.
 */
async function newestBackup(
  store: ObjectStore,
  complete: readonly StoredRun[],
  signal: AbortSignal,
): Promise<{ readonly run: string; readonly start: Date } | undefined> {
  for (const { name: run, start } of [...complete].reverse()) {
    const opened = await readManifest(store, run, signal);
    if (opened.verdict === "could not check") throw new UserError(opened.detail, exitCodes.storeFailed);
    if (["intact", "manifest too new", "manifest too old"].includes(opened.verdict)) return { run, start };
  }
  return undefined;
}

/**
 * Returns the start of the last passed drill of a backup of the own database. Receipts are named after the start of
 * their drill. Those of older programs do not name the database.
 */
async function newestPassedDrill(
  store: ObjectStore,
  {
    latest,
    isOwn,
    sources,
  }: {
    readonly latest: Date;
    readonly isOwn: (source: string | undefined) => boolean;
    readonly sources: ReadonlyMap<string, string>;
  },
  signal: AbortSignal,
): Promise<Date | undefined> {
  const keys = (await store.list(drillsPrefix, signal)).map(({ key }) => key).sort();
  for (const key of keys.reverse()) {
    const receipt = parsed(await store.readText(key, signal));
    const startedAt = new Date(String(receipt.startedAt));
    const source = sources.get(String(receipt.run)) ?? (receipt.source as string | undefined);
    // A receipt with a future or an invalid date does not count.
    if (receipt.event === backupEvents.drillPassed && startedAt <= latest && isOwn(source)) return startedAt;
  }
  return undefined;
}

/** Returns when this command first ran on the bucket, and records it on the first run. */
async function watchedSince(store: ObjectStore, now: Date, signal: AbortSignal): Promise<Date> {
  const began = new Date(String(parsed(await store.readText(watchKey, signal)).at));
  if (!Number.isNaN(began.getTime())) return began;
  await store.putText(watchKey, `${JSON.stringify({ at: now })}\n`, "application/json", { signal });
  return now;
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
