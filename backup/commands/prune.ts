import { manifestName } from "../../foundation/backupContract";
import { forEachLimited } from "../../foundation/concurrency";
import { messageOf, UserError } from "../../foundation/userError";
import { hasManifest, listObjects, listRuns, readManifests, type StoredRun } from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { formatTable } from "../output";
import { findTools } from "../postgres/tools";
import { type DecidedFate, decide } from "../retention/decide";
import { fateOfPartial } from "../retention/interrupted";
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

const deletesAtOnce = 8;

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
export async function prune(options: PruneOptions, context: CommandContext): Promise<DecidedFate[]> {
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
  const plan: DecidedFate[] = [];
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
  const deciding = { store, now, signal: context.signal };
  const partial: DecidedFate[] = [];
  for (const run of runs) if (!run.isComplete) partial.push(await fateOfPartial(run, deciding));
  const fates: DecidedFate[] = [
    ...plan,
    ...candidates.unreadable.map(({ run, why }) => ({
      run,
      isDeleted: false,
      reason: `kept for inspection: ${why}`,
    })),
    ...partial,
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
    failures.push(...(await remove(fates, runs, { ...deciding, progress: context.progress })));
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

/** What the deletion needs in addition to the plan. */
type Removing = Parameters<typeof fateOfPartial>[1] & Pick<CommandContext, "progress">;

/**
 * Deletes the manifest first, so half a backup is never listed. If one cannot be deleted, the others are deleted
 * anyway, and the errors are returned.
 */
async function remove(
  fates: readonly DecidedFate[],
  runs: readonly StoredRun[],
  removing: Removing,
): Promise<UserError[]> {
  const { store, signal, progress } = removing;
  const completed: string[] = [];
  const failures: string[] = [];
  const deleted = new Set(fates.flatMap(({ run, isDeleted }) => (isDeleted ? [run] : [])));
  for (const stored of runs.filter(({ name }) => deleted.has(name))) {
    const { name } = stored;
    const remove = (object: string) => store.remove(objectKey(name, object), signal);
    try {
      const objects = stored.isComplete ? stored.objects : await stillInterrupted(stored, removing);
      if (objects === undefined) continue;
      if (stored.isComplete) await remove(manifestName);
      const others = objects.filter((object) => object.name !== manifestName);
      await forEachLimited(others, deletesAtOnce, async (object) => await remove(object.name));
      if (!stored.isComplete && hasManifest(await listObjects(store, name, signal))) {
        // Without its objects, a run that was completed in this moment is not a backup.
        await remove(manifestName);
        completed.push(name);
      }
      await store.abortUploads(objectKey(name, ""));
      progress(`deleted ${name}`);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(messageOf(error));
    }
  }
  const errors: UserError[] = [];
  if (completed.length > 0)
    errors.push(
      new UserError(
        `Completed while their objects were deleted, so they are no backups: ${completed.join(", ")}.`,
        exitCodes.storeFailed,
      ),
    );
  if (failures.length > 0)
    errors.push(new UserError(`Not everything was deleted:\n${failures.join("\n")}`, exitCodes.storeFailed));
  return errors;
}

/** Decides again, because much time may have passed. Returns what to delete; undefined if the run is not interrupted. */
async function stillInterrupted(
  run: StoredRun,
  { progress, ...deciding }: Removing,
): Promise<StoredRun["objects"] | undefined> {
  const objects = await listObjects(deciding.store, run.name, deciding.signal);
  if (hasManifest(objects)) {
    progress(`kept ${run.name}: it was completed meanwhile`);
    return undefined;
  }
  const { isDeleted, reason } = await fateOfPartial({ ...run, objects }, deciding);
  if (isDeleted) return objects;
  progress(`kept ${run.name}: ${reason}`);
  return undefined;
}
