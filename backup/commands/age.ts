import { type AgeMeasured, backupEvents, drillsPrefix, watchPrefix } from "../../foundation/backupContract";
import { UserError } from "../../foundation/userError";
import { listRuns, readManifest, type StoredRun } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { overdueSince } from "../retention/overdue";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface AgeOptions {
  /** Default: the present. */
  readonly now?: Date;
}

/** Says since when somebody has watched the bucket. */
const watchKey = `${watchPrefix}began.json`;

/**
 * `backup age`: prints one line with the ages of the newest backup and of the last drill that passed, in seconds, from which metric
 * filters make the metrics that alarms watch. A backup counts from its start, which is the moment of its data. Where there is no
 * backup or no drill yet, the age is the time since this command first ran on the bucket, so that a stack without any rings as late
 * as one whose schedule stopped. Also says for how long a backup is there that a prune should have deleted.
 *
 * @throws UserError with exit code 4 where the bucket cannot be read: no age is printed, which rings too
 */
export async function age({ now = new Date() }: AgeOptions, context: CommandContext): Promise<AgeMeasured> {
  const { store: settings, retention } = readEnvironment(["store", "retention"], context.environment);
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const { signal } = context;
  const complete = (await listRuns(store, signal)).filter(({ isComplete }) => isComplete);
  const backup = await newestBackup(store, complete, signal);
  const drill = await newestPassedDrill(store, signal);
  const overdue = overdueSince(complete, { policy: retention, minimum: retention.minimum, now });
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

/** Returns the newest run with a manifest that is not damaged; of one from another version no more can be known. */
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

/** Returns when the last drill that passed began. Receipts are named after the beginning of their drill. */
async function newestPassedDrill(store: ObjectStore, signal: AbortSignal): Promise<Date | undefined> {
  const keys = (await store.list(drillsPrefix, signal)).map(({ key }) => key).sort();
  for (const key of keys.reverse()) {
    const receipt = parsed(await store.readText(key, signal));
    const startedAt = new Date(String(receipt.startedAt));
    if (receipt.event === backupEvents.drillPassed && !Number.isNaN(startedAt.getTime())) return startedAt;
  }
  return undefined;
}

/** Returns when this command first ran on the bucket, and notes it there where it is the first time. */
async function watchedSince(store: ObjectStore, now: Date, signal: AbortSignal): Promise<Date> {
  const began = new Date(String(parsed(await store.readText(watchKey, signal)).at));
  if (!Number.isNaN(began.getTime())) return began;
  await store.putText(watchKey, `${JSON.stringify({ at: now })}\n`, "application/json", signal);
  return now;
}

/** The fields of a JSON object; none of any other text. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
