import { manifestName } from "../../foundation/backupContract";
import { forEachLimited } from "../../foundation/concurrency";
import { messageOf, UserError } from "../../foundation/userError";
import { listObjects, listRuns, readManifests, type StoredRun } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { formatTable } from "../output";
import { findTools } from "../postgres/tools";
import { decide } from "../retention/decide";
import type { RetentionPolicy } from "../retention/policy";
import { objectKey } from "../runName";
import { ownSource } from "../selectRun";
import { groupBySource, sourcesOf } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { inspectRun } from "../verify/inspectRun";
import { describeDefects } from "../verify/report";

/** Omitted values come from the environment. */
export interface PruneOptions extends Partial<RetentionPolicy> {
  /** The number of intact backups that are kept regardless of their age, at least 1. */
  readonly minimum?: number;
  /** Deletes; without it, only lists what would be deleted. */
  readonly confirm?: boolean;
  /** Default: now. */
  readonly now?: Date;
}

export interface Fate {
  readonly run: string;
  readonly isDeleted: boolean;
  readonly reason: string;
}

const deletesAtOnce = 8;

/** Runs without a manifest may still be running; after this time without a new object they are not. */
const partialRunHours = 24;

/**
 * Implements `backup prune`: deletes what the retention no longer keeps, and what interrupted runs left. A backup is
 * only deleted if the ones that stay instead were verified byte by byte: the newest backups, until there is the minimum
 * of intact ones, and each backup that stays as the newest of the week or month of a deleted one. Each database has its own
 * retention. If the environment names a project, backups of other databases stay. Needs a role that may delete, which the
 * task that makes backups does not have.
 *
 * @throws UserError if a database has too few intact backups, or an object cannot be deleted, after everything else was
 * deleted
 */
export async function prune(options: PruneOptions, context: CommandContext): Promise<Fate[]> {
  const {
    store: settings,
    retention,
    own,
  } = readEnvironment(["store", "retention", "own"], context.environment);
  const { minimum = retention.minimum } = options;
  const policy: RetentionPolicy = {
    dailyDays: options.dailyDays ?? retention.dailyDays,
    weeklyDays: options.weeklyDays ?? retention.weeklyDays,
    monthlyDays: options.monthlyDays ?? retention.monthlyDays,
  };
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const runs = await listRuns(store, context.signal);
  const now = options.now ?? new Date();
  const candidates = await completeRuns(runs, store, context);
  const wanted = ownSource({ own });
  const plan: Fate[] = [];
  const failures: UserError[] = [];
  for (const [source, ofSource] of groupBySource(candidates.readable, candidates.sources)) {
    if (wanted !== undefined && source !== wanted) {
      plan.push(
        ...ofSource.map(({ name }) => ({
          run: name,
          isDeleted: false,
          reason: `of another database: ${source}`,
        })),
      );
      continue;
    }
    try {
      const decided = await decide(ofSource, {
        policy,
        minimum,
        now,
        inspect: async (run) => {
          context.progress(`verifying ${run}`);
          const report = await inspectRun(run, {
            store,
            tools,
            depth: "contents",
            signal: context.signal,
          });
          if (report.verdict !== "intact") {
            context.progress(`${describeDefects(report)}\n  it does not count`);
          }
          return report.verdict;
        },
      });
      plan.push(...decided);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      failures.push(new UserError(`No backup of ${source} was deleted: ${error.message}`, error.exitCode));
      const reason = `kept: ${error.message.replace(/\.$/, "")}`;
      plan.push(...ofSource.map(({ name }) => ({ run: name, isDeleted: false, reason })));
    }
  }
  const fates: Fate[] = [
    ...plan,
    ...candidates.unreadable.map(({ run, why }) => ({
      run,
      isDeleted: false,
      reason: `kept for inspection: ${why}`,
    })),
    ...runs.filter(({ isComplete }) => !isComplete).map((run) => fateOfPartial(run, now)),
  ].sort((a, b) => (a.run < b.run ? -1 : 1));

  context.print(
    fates.length === 0
      ? "There is nothing to prune."
      : formatTable([
          ["RUN", options.confirm === true ? "ACTION" : "PLANNED", "REASON"],
          ...fates.map(({ run, isDeleted, reason }) => [run, isDeleted ? "delete" : "keep", reason]),
        ]),
  );
  if (options.confirm === true) {
    const failed = await remove(fates, runs, store, context);
    if (failed !== undefined) failures.push(failed);
  } else if (fates.some(({ isDeleted }) => isDeleted)) {
    context.print("Nothing was deleted; --confirm deletes.");
  }
  const [failure] = failures;
  if (failure === undefined) return fates;
  throw new UserError(failures.map(({ message }) => message).join("\n"), failure.exitCode);
}

/**
 * Returns the runs by the state of their manifest. Damaged manifests are not backups, and are not deleted either,
 * because they may be evidence.
 */
async function completeRuns(
  runs: readonly StoredRun[],
  store: ObjectStore,
  { signal, progress }: CommandContext,
): Promise<{
  readable: StoredRun[];
  unreadable: { run: string; why: string }[];
  sources: ReadonlyMap<string, string>;
}> {
  const complete = runs.filter(({ isComplete }) => isComplete);
  const manifests = await readManifests(
    store,
    complete.map(({ name }) => name),
    signal,
  );
  for (const [run, opened] of manifests)
    if (opened.verdict !== "intact") progress(`${run}: ${opened.verdict}: ${opened.detail}`);
  const verdictOf = (name: string) => manifests.get(name)?.verdict ?? "no manifest";
  return {
    readable: complete.filter(({ name }) => verdictOf(name) === "intact"),
    unreadable: complete
      .filter(({ name }) => verdictOf(name) !== "intact")
      .map(({ name }) => ({ run: name, why: verdictOf(name) })),
    sources: sourcesOf(manifests),
  };
}

/** A run that still writes objects is not interrupted, however long it takes. */
function fateOfPartial({ name, start, objects }: StoredRun, now: Date): Fate {
  const last = Math.max(start.getTime(), ...objects.map(({ modified }) => modified.getTime()));
  const hours = (now.getTime() - last) / 3_600_000;
  return hours > partialRunHours
    ? { run: name, isDeleted: true, reason: "left by an interrupted run" }
    : { run: name, isDeleted: false, reason: "without a manifest; may still be running" };
}

/**
 * Deletes the manifest first, so half a backup is never listed. If one cannot be deleted, the others are deleted
 * anyway, and the error is returned.
 */
async function remove(
  fates: readonly Fate[],
  runs: readonly StoredRun[],
  store: ObjectStore,
  context: CommandContext,
): Promise<UserError | undefined> {
  const failures: string[] = [];
  for (const { run } of fates.filter(({ isDeleted }) => isDeleted)) {
    const objects = runs.find(({ name }) => name === run)?.objects.map(({ name }) => name) ?? [];
    const others = objects.filter((object) => object !== manifestName);
    const remove = (object: string) => store.remove(objectKey(run, object), context.signal);
    const hasManifest = async (): Promise<boolean> =>
      (await listObjects(store, run, context.signal)).some(({ name }) => name === manifestName);
    try {
      if (others.length < objects.length) await remove(manifestName);
      else if (await hasManifest()) {
        context.progress(`kept ${run}: it was completed meanwhile`);
        continue;
      }
      await forEachLimited(others, deletesAtOnce, remove);
      // Without its objects, a run that was completed in this moment is not a backup.
      if (others.length === objects.length && (await hasManifest())) await remove(manifestName);
      await store.abortUploads(objectKey(run, ""));
      context.progress(`deleted ${run}`);
    } catch (error) {
      context.signal.throwIfAborted();
      failures.push(messageOf(error));
    }
  }
  return failures.length === 0
    ? undefined
    : new UserError(`Not everything was deleted:\n${failures.join("\n")}`, exitCodes.storeFailed);
}
