import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, type CatalogReading, partsOfIdentity, readCatalogInTransaction } from "../../catalog";
import { type BaseFacts, baseAfterRepeatables, withoutSatisfied } from "../../catalog/base";
import { touchedProperties } from "../../catalog/properties";
import { type History, recordObjects, recordRepeatables } from "../../history/history";
import { dependenciesOf, ownershipOf } from "../../history/ownership";
import { isCausedByOthers } from "../../session/retry";
import type { Session } from "../../session/session";
import { type DeclaredObject, declarationsOf } from "../../source/declaredObjects";
import type { BundleFile, LoadedBundle } from "../../source/files";
import { statingStatements } from "../../source/statedFacts";
import { creatorsAmong, creatorsOf } from "../access/creators";
import {
  bornOtherwise,
  refuseChangedDefaults,
  withBirth,
  withoutManualDefaults,
} from "../access/defaultPrivileges";
import { fileLinks } from "../plan/fileLinks";
import { driftedFiles, makersOf } from "../plan/makers";
import { planRepeatables, withoutRenamed } from "../plan/planRepeatables";
import { type LostFacts, lostFacts } from "../removed/lostFacts";
import { noLongerRedefined, originOf, ownedByRepeatables } from "../removed/redefined";
import { staleFacts } from "../removed/staleFacts";
import { nothingToTakeBack, planTakeBack, regrantedBy, takeBack, takenBackFrom } from "../removed/takeBack";
import { refuseData } from "../repeatables/dataOfRepeatables";
import { refuseDropsOfMigrations } from "../repeatables/droppedByRepeatables";
import { keepManual } from "../repeatables/keepManual";
import { applyRepeatables, type RepeatableRun } from "../repeatables/repeatables";
import type { ApplyRequest, PlannedFile, RanFile } from "../request";
import { type StatedFacts, StatementIndex } from "../statements/statedObjects";
import type { Start } from "./start";

/** The catalog before repeatables run. */
interface Underneath {
  readonly live: Catalog;
  /** Where its objects are. */
  readonly addresses: CatalogReading["addresses"];
  readonly base: BaseFacts;
  /** The default privileges that files have set. */
  readonly defaults: Catalog;
  /** The tables and views that migrations of the same transaction changed. */
  readonly changed: ReadonlySet<string>;
  /** What tables have because of ones above them from which these migrations took them away. */
  readonly copies: BaseFacts;
}

export interface RepeatableOutcome {
  readonly ran: readonly RanFile[];
  /** Identities that the files that ran declare. */
  readonly declared: readonly string[];
  readonly recreated: RepeatableRun["recreated"];
  /** Identities of manual changes that are gone because their object was recreated. */
  readonly lostManual: readonly string[];
  readonly dropped: RepeatableRun["dropped"];
  /** Paths of removed repeatables, as {@link withoutRenamed} lists them. */
  readonly removed: readonly string[];
  /** The catalog afterwards; absent if nothing ran. */
  readonly made?: CatalogReading;
  readonly base: BaseFacts;
  readonly takenBack: readonly string[];
  readonly regranted: readonly string[];
  /** What no file states any more, and what all files state. */
  readonly lost?: { readonly facts: LostFacts; readonly stated: StatementIndex };
}

/** What stopped them. */
export interface RepeatableFailure {
  readonly error: UserError;
  readonly file?: BundleFile;
}

/**
 * Reverts what repeatables do not state any more, then runs those that are new, changed, drifted or affected: all of
 * that, or nothing. Records what ran.
 */
export async function runRepeatables(
  { session, sequences, request, history, expected, reading, skip, leftOut }: Start,
  { live, addresses, base, defaults, changed, copies }: Underneath,
  affected: ReadonlyMap<string, string>,
): Promise<RepeatableOutcome | RepeatableFailure> {
  const { inputs, bundle, report } = request;
  const makers = makersOf(history, bundle.repeatables);
  const drifted = driftedFiles(expected, live, makers);
  const lost = lostFacts(history.files, bundle, !inputs.allowAhead);
  const creators = await creatorsOf(session, history, bundle);
  for (const identity of Object.keys(base)) creators.delete(identity);
  const bornOther = bornOtherwise(history, creators, defaults);
  const restored = inputs.allowAhead
    ? new Map<string, DeclaredObject>()
    : noLongerRedefined(base, history, bundle.repeatables);
  const bornUnder = withoutManualDefaults(live, defaults, { expected, reading });
  // Files that this checkout lacks may state them.
  const stale = inputs.allowAhead
    ? new Map<string, StatedFacts>()
    : staleFacts(base, live, {
        changed,
        copies,
        isDeclared: (identity) => makers.has(identity),
        repeatables: bundle.repeatables,
      });
  const known = { base, expected, live, bornUnder, creators, makers, stale };
  const facts = { ...known, bornOtherwise: bornOther, noLongerRedefined: restored };
  const gone =
    lost === undefined && bornOther.size + restored.size + stale.size === 0
      ? nothingToTakeBack
      : planTakeBack(lost, facts, bundle.repeatables);
  const { restating } = gone;
  const recreating = recreatingFiles(bundle, history);
  const causes = { drifted, affected, restating, recreating, links: fileLinks };
  const whole = planRepeatables(bundle.repeatables, history.files, causes);
  const plan = { ...whole, run: whole.run.filter(({ path }) => !skip.has(path)) };
  const { mark } = sequences;
  await session.work.query("savepoint repeatables");
  try {
    await takeBack(session, gone);
    const run = await applyRepeatables(plan, {
      session,
      sequences,
      local: bundle.repeatables,
      history: history.files,
      leftOut,
      dropRemoved: !inputs.allowAhead,
      isOfMigration: (identity) => (base[identity] ?? null) !== null,
      notice: report.notice,
      progress: (entry) => report.progress(`${entry.file.display} (${entry.reason})`),
    });
    const removed = inputs.allowAhead ? [] : plan.removed;
    const didAnything = run.ran.length > 0 || removed.length > 0 || gone.groups.length > 0;
    const files = run.ran.map(({ file }) => file);
    const first = didAnything ? await readCatalogInTransaction(session.work) : undefined;
    const before = { catalog: live, addresses };
    const { kept, lost: lostManual } =
      first === undefined
        ? { kept: [], lost: [] }
        : await keepManual(session, { expected, start: reading, before, now: first }, files);
    const made = kept.length > 0 ? await readCatalogInTransaction(session.work) : first;
    if (made !== undefined) refuseChangedDefaults(live, made.catalog, (one) => gone.differences.has(one));
    const owned = ownedByRepeatables(history);
    const isOfMigration = (one: string) => {
      const isNew = reading.catalog[one] === undefined && live[one] !== undefined;
      return isNew || (expected[one] !== undefined && touchedProperties(expected[one]) === undefined);
    };
    if (made !== undefined) {
      const isTakenBack = (one: string) =>
        gone.differences.has(one) || gone.differences.has(`column ${String(live[one]?.ownedBy)}`);
      const isLeft = (one: string) =>
        base[one] === undefined
          ? !owned.has(one) && !isConstraintOfDomain(one, owned) && isOfMigration(one)
          : base[one] !== null;
      const readings = { before: live, after: made.catalog, ran: files };
      await refuseDropsOfMigrations(session, readings, (one) => isLeft(one) && !isTakenBack(one));
      refuseData(live, made.catalog, files);
    }
    const recorded = { session, request, run, removed, defaults };
    const declared = made === undefined ? [] : await record(recorded, made);
    if (bornOther.size > 0) await recordBirths(recorded, history, creators);
    const ran = run.ran.map(
      (entry): RanFile => ({
        ...planned(entry),
        kind: "repeatable",
        durationMilliseconds: entry.durationMilliseconds,
      }),
    );
    const { dropped } = run;
    const recreated = new Set([...run.recreated, ...kept]);
    const outcome = {
      ran,
      declared,
      recreated,
      lostManual,
      dropped,
      removed: withoutRenamed(removed, ran),
      ...(lost === undefined ? {} : { lost: { facts: lost, stated: allStated(bundle) } }),
    };
    if (made === undefined) return { ...outcome, base, takenBack: [], regranted: [] };
    const origin = originOf({ base, owned, declared: new Set(declared) }, isOfMigration);
    const altered = baseAfterRepeatables(base, live, made.catalog, { byRepeatables: origin });
    const settled = [...gone.differences.keys()].filter(
      (one) => origin(one) === undefined || restored.has(one),
    );
    return {
      ...outcome,
      made,
      base: withoutSatisfied(altered, settled, made.catalog),
      takenBack: takenBackFrom(gone, made.catalog),
      regranted: regrantedBy(gone, made.catalog),
    };
  } catch (error) {
    if (!(error instanceof UserError) || isCausedByOthers((error as Error).cause)) throw error;
    await session.work.query("rollback to savepoint repeatables");
    await sequences.restoreSince(mark);
    const file = "file" in error ? { file: error.file as BundleFile } : {};
    return { error, ...file };
  }
}

/**
 * Returns whether the constraint belongs to one of these domains: it is created and dropped by the statement that
 * creates the domain.
 */
function isConstraintOfDomain(identity: string, types: ReadonlySet<string>): boolean {
  const { kind, parent } = partsOfIdentity(identity);
  return kind === "constraint" && types.has(`type ${parent}`);
}

/** Returns files that are not new, some of whose objects have no `create or replace`. */
function recreatingFiles({ repeatables }: LoadedBundle, history: History): ReadonlySet<string> {
  const known = repeatables.filter(({ path }) => history.files.has(path));
  const recreating = known.filter((file) => declarationsOf(file).some(({ replaceable }) => !replaceable));
  return new Set(recreating.map(({ path }) => path));
}

function allStated({ migrations, repeatables }: LoadedBundle): StatementIndex {
  return new StatementIndex([...migrations, ...repeatables].flatMap((file) => statingStatements(file)));
}

interface Recorded {
  readonly session: Session;
  readonly request: ApplyRequest;
  readonly run: RepeatableRun;
  /** Paths of removed files. */
  readonly removed: readonly string[];
  /** The default privileges that files have set. */
  readonly defaults: Catalog;
}

/** Records which repeatables ran and what they created. Returns the identities that they declare. */
async function record(
  { session, request: { inputs, bundle }, run, removed, defaults }: Recorded,
  reading: CatalogReading,
): Promise<string[]> {
  const ownership = await ownershipOf(session, bundle.repeatables, reading);
  const dependencies = await dependenciesOf(session, ownership);
  const creators = await creatorsAmong(session, ownership.objects);
  const applied = run.ran.map(({ file, durationMilliseconds }) => ({
    file,
    durationMilliseconds,
    objects: (ownership.objects.get(file) ?? []).map((object) => withBirth(object, creators, defaults)),
    dependsOn: dependencies.get(file.path) ?? [],
  }));
  await recordRepeatables(session.work, inputs.name, applied, { removed });
  return applied.flatMap(({ objects }) => objects.flatMap(({ identity }) => identity ?? []));
}

/** Records the default privileges of objects whose files did not run. */
async function recordBirths(
  { session, request: { inputs }, run, defaults }: Recorded,
  history: History,
  creators: ReadonlyMap<string, string>,
): Promise<void> {
  const ran = new Set(run.ran.map(({ path }) => path));
  const others = [...history.files.values()].filter(
    ({ path, kind }) => kind === "repeatable" && !ran.has(path),
  );
  const objects = others.map(({ path, objects: made }) => {
    return [path, made.map((object) => withBirth(object, creators, defaults))] as const;
  });
  await recordObjects(session.work, inputs.name, new Map(objects));
}

function planned({ path, reason, because }: PlannedFile): PlannedFile {
  return { path, reason, ...(because === undefined ? {} : { because }) };
}
