import { UserError } from "../../../../../foundation/userError";
import { type Catalog, type CatalogReading, readCatalogInTransaction } from "../catalog";
import { type BaseFacts, baseAfterRepeatables, withoutSatisfied } from "../catalog/base";
import { type History, recordRepeatables } from "../history/history";
import { dependenciesOf, ownershipOf } from "../history/ownership";
import { isLostLock } from "../session/retry";
import type { Session } from "../session/session";
import { declarationsOf } from "../source/declaredObjects";
import type { BundleFile, LoadedBundle } from "../source/files";
import { statingStatements } from "../source/statedFacts";
import { creatorsOf } from "./creators";
import { type LostFacts, lostFacts } from "./lostFacts";
import { driftedFiles, makersOf } from "./makers";
import { planRepeatables, withoutRenamed } from "./plan";
import { applyRepeatables, type RepeatableRun } from "./repeatables";
import type { ApplyRequest, PlannedFile, RanFile } from "./request";
import type { Start } from "./start";
import { withStated } from "./statedDependencies";
import { StatementIndex } from "./statedObjects";
import { nothingToTakeBack, planTakeBack, takeBack, takenBackFrom } from "./takeBack";

/** What is there before repeatables run. */
interface Underneath {
  readonly live: Catalog;
  readonly base: BaseFacts;
}

export interface RepeatableOutcome {
  readonly ran: readonly RanFile[];
  /** Identities that the files declare which ran. */
  readonly declared: readonly string[];
  readonly recreated: RepeatableRun["recreated"];
  readonly dropped: RepeatableRun["dropped"];
  /** Paths of repeatables that are gone, as {@link withoutRenamed} lists them. */
  readonly removed: readonly string[];
  /** The catalog afterwards; absent where nothing ran. */
  readonly made?: CatalogReading;
  readonly base: BaseFacts;
  readonly takenBack: readonly string[];
  /** What no file states any more, and what all files state. */
  readonly lost?: { readonly facts: LostFacts; readonly stated: StatementIndex };
}

/** What stopped them. */
export interface RepeatableFailure {
  readonly error: UserError;
  readonly file?: BundleFile;
}

/**
 * Takes back what repeatables do not state any more, then runs those that are new, changed, drifted or affected: all of
 * that, or nothing. Records what ran.
 */
export async function runRepeatables(
  { session, request, history, expected, skip }: Start,
  { live, base }: Underneath,
  affected: ReadonlyMap<string, string>,
): Promise<RepeatableOutcome | RepeatableFailure> {
  const { inputs, bundle, report } = request;
  const drifted = driftedFiles(expected, live, makersOf(history, bundle.repeatables));
  const lost = lostFacts(history.files, bundle, !inputs.allowAhead);
  const creators =
    lost === undefined ? new Map<string, string>() : await creatorsOf(session, history, bundle);
  const gone =
    lost === undefined
      ? nothingToTakeBack
      : planTakeBack(lost, { base, expected, live, creators }, bundle.repeatables);
  const { restating } = gone;
  const recreating = recreatingFiles(bundle, history);
  const causes = { drifted, affected, restating, recreating };
  const whole = planRepeatables(bundle.repeatables, history.files, causes);
  const plan = { ...whole, run: whole.run.filter(({ path }) => !skip.has(path)) };
  await session.work.query("savepoint repeatables");
  try {
    await takeBack(session, gone);
    const run = await applyRepeatables(plan, {
      session,
      local: bundle.repeatables,
      history: history.files,
      dropRemoved: !inputs.allowAhead,
      notice: report.notice,
      progress: (entry) => report.progress(`${entry.file.display} (${entry.reason})`),
    });
    const removed = inputs.allowAhead ? [] : plan.removed;
    const didAnything = run.ran.length > 0 || removed.length > 0;
    const made = didAnything ? await readCatalogInTransaction(session.work) : undefined;
    const declared = made === undefined ? [] : await record({ session, request, run, removed }, made);
    const ran = run.ran.map(
      (entry): RanFile => ({
        ...planned(entry),
        kind: "repeatable",
        durationMilliseconds: entry.durationMilliseconds,
      }),
    );
    const { recreated, dropped } = run;
    const outcome = {
      ran,
      declared,
      recreated,
      dropped,
      removed: withoutRenamed(removed, ran),
      ...(lost === undefined ? {} : { lost: { facts: lost, stated: allStated(bundle) } }),
    };
    if (made === undefined) return { ...outcome, base, takenBack: [] };
    const owned = ownedIdentities(history, declared);
    const altered = baseAfterRepeatables(base, live, made.catalog, (identity) => owned.has(identity));
    return {
      ...outcome,
      made,
      base: withoutSatisfied(altered, gone.differences.keys(), made.catalog),
      takenBack: takenBackFrom(gone, made.catalog),
    };
  } catch (error) {
    if (!(error instanceof UserError) || isLostLock((error as Error).cause)) throw error;
    await session.work.query("rollback to savepoint repeatables");
    const file = "file" in error ? { file: error.file as BundleFile } : {};
    return { error, ...file };
  }
}

/** Files that are not new, some of whose objects have no `create or replace`. */
function recreatingFiles({ repeatables }: LoadedBundle, history: History): ReadonlySet<string> {
  const known = repeatables.filter(({ path }) => history.files.has(path));
  const recreating = known.filter((file) => declarationsOf(file).some(({ replaceable }) => !replaceable));
  return new Set(recreating.map(({ path }) => path));
}

function allStated({ migrations, repeatables }: LoadedBundle): StatementIndex {
  return new StatementIndex([...migrations, ...repeatables].flatMap((file) => statingStatements(file)));
}

/** Identities of what repeatables have created, this time or before. */
function ownedIdentities(history: History, declared: readonly string[]): ReadonlySet<string> {
  const former = [...history.files.values()].flatMap(({ objects }) => objects);
  return new Set([...declared, ...former.flatMap(({ identity }) => identity ?? [])]);
}

interface Recorded {
  readonly session: Session;
  readonly request: ApplyRequest;
  readonly run: RepeatableRun;
  /** Paths of files that are gone. */
  readonly removed: readonly string[];
}

/** Records what repeatables ran and made. Returns the identities that they declare. */
async function record(
  { session, request: { inputs, bundle }, run, removed }: Recorded,
  reading: CatalogReading,
): Promise<string[]> {
  const ownership = await ownershipOf(session, bundle.repeatables, reading);
  const dependencies = withStated(
    await dependenciesOf(session, ownership),
    bundle.repeatables,
    ownership.owners,
  );
  const applied = run.ran.map(({ file, durationMilliseconds }) => ({
    file,
    durationMilliseconds,
    objects: ownership.objects.get(file) ?? [],
    dependsOn: dependencies.get(file.path) ?? [],
  }));
  await recordRepeatables(session.work, inputs.name, applied, removed);
  return applied.flatMap(({ objects }) => objects.flatMap(({ identity }) => identity ?? []));
}

function planned({ path, reason, because }: PlannedFile): PlannedFile {
  return { path, reason, ...(because === undefined ? {} : { because }) };
}
