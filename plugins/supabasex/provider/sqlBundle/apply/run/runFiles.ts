import type { UserError } from "../../../../../../foundation/userError";
import {
  byIdentity,
  type Catalog,
  type CatalogReading,
  diffCatalogs,
  readCatalogInTransaction,
} from "../../catalog";
import type { BaseFacts } from "../../catalog/base";
import { followedRenames, nothingRenamed, type Renames, underPresentNames } from "../../catalog/renames";
import { adoptBaseline } from "../../history/baseline";
import { type History, markAsDue, readHistory } from "../../history/history";
import { historyCatalog } from "../../history/historyCatalog";
import { refuseUnwritten } from "../../history/written";
import { repairOf } from "../../repair/repair";
import { runRepairs } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { BundleFile, Migration } from "../../source/files";
import { type StatingStatement, statingStatements } from "../../source/statedFacts";
import { defaultsOfFiles, withoutManualDefaults } from "../access/defaultPrivileges";
import { affectedFiles } from "../plan/affectedFiles";
import { copiesBefore } from "../removed/formerCopies";
import type { LostFacts } from "../removed/lostFacts";
import { explainTaken, ownedByRepeatables, recreatedObjects } from "../removed/redefined";
import { changedRelations } from "../removed/staleFacts";
import type { RepeatableRun } from "../repeatables/repeatables";
import type { FileFailure, RanFile } from "../request";
import { contradictionOf } from "../send/skippedStatements";
import { StatementIndex } from "../statements/statedObjects";
import { rehearseBase } from "./baseRehearsal";
import { explainDependents } from "./dependents";
import { followRenames } from "./followRenames";
import { type AfterMigrations, migratedBase } from "./migratedBase";
import { runMigrations } from "./migrations";
import { runRepeatables } from "./repeatableStage";
import { pendingOf, type Start } from "./start";

export interface FilesRun {
  readonly ran: readonly RanFile[];
  /** Whether migrations ran or were adopted. */
  readonly migrated: boolean;
  readonly failure?: FileFailure;
  /** Why the database does not match a migration that ran: a statement was skipped. */
  readonly contradiction?: UserError;
  /** The next migration, which must run outside of a transaction; the rest follows it. */
  readonly next?: Migration;
  /** Whether migrations remain for another transaction. */
  readonly more: boolean;
  readonly dropped: RepeatableRun["dropped"];
  /** Paths of removed repeatables, as {@link withoutRenamed} lists them. */
  readonly removed: readonly string[];
  /** Including the history's rows. */
  readonly after: CatalogReading;
  readonly history: History;
  /** What repeatables alter, in its state without them. */
  readonly base: BaseFacts;
  /** What the files that ran state. */
  readonly stated: StatementIndex;
  /** What no file states any more, and what all files state. */
  readonly lost?: { readonly facts: LostFacts; readonly stated: StatementIndex };
  /** What was reverted because no file states it any more, one line per object with its properties. */
  readonly takenBack: readonly string[];
  /** Objects with new grants because a migration changed default privileges, one line per object. */
  readonly regranted: readonly string[];
  /** The default privileges that files have set. */
  readonly defaults: Catalog;
  /** What the migrations renamed. */
  readonly renames: Renames;
  /** Identities that files declare which ran or were adopted. */
  readonly declared: ReadonlySet<string>;
  /** Of these, the identities of what existed already and belongs to the bundle from now on. */
  readonly takenOver: readonly string[];
  /** Identities that a rebuild dropped and recreated from the catalog. */
  readonly recreated: ReadonlySet<string>;
  /** Identities of manual changes that are gone because a repeatable recreated their object. */
  readonly lostManual: readonly string[];
}

/** Effects of files that manual changes hide, so that a comparison does not find them. */
export interface KnownEffects {
  /** The default privileges that files have set. */
  readonly defaults?: Catalog;
  /** What the migrations have renamed, and which they are. */
  readonly renamed?: { readonly renames: Renames; readonly paths: readonly string[] };
}

/**
 * Runs the pending files in the open transaction: migrations, then the repeatables that are new, changed, drifted, or
 * affected by the migrations. Each file that fails leaves nothing; repeatables are all applied or none.
 *
 * @param rehearsed what a rehearsal of the same files has found
 */
export async function runFiles(start: Start, rehearsed: KnownEffects = {}): Promise<FilesRun> {
  const { session, request, plan, skip } = start;
  const { inputs, bundle } = request;
  const ran: RanFile[] = [];
  const adopted = await adoptBaseline(session, inputs.name, plan.adopt, { live: start.reading.catalog });
  const pending = pendingOf(start);
  const rehearsedBase = await rehearseBase(start, pending);
  const above = await copiesBefore(session, pending);
  const migrations = await runMigrations(session, request, pending, { ...start, ran });
  await request.inspection.checked;
  const migrated = ran.length > 0 || adopted !== undefined;
  const ranFiles = pending.filter(({ path }) => ran.some((other) => other.path === path));
  // Those before a failed migration may be committed.
  const contradiction = await contradictionOf(session, migrations.skipped, ranFiles);
  const middle: AfterMigrations = migrated
    ? await afterMigrations(start, ranFiles, statedRenames(rehearsed, ranFiles))
    : { ...start, created: {}, renames: nothingRenamed };
  const repeatables = bundle.repeatables.filter((file) => !skip.has(file.path));
  const affected = migrated
    ? affectedFiles(
        start.reading,
        middle.reading,
        // A new one runs anyway.
        repeatables.filter(({ path }) => start.history.files.has(path)),
      )
    : new Map<string, string>();
  const defaults = rehearsed.defaults ?? defaultsOfFiles(start.expected, start.reading, middle.reading);
  const takenOver = ranFiles.flatMap((file) => start.leftOut.takenOverBy(file));
  const declared = new Set([...(adopted ?? []), ...takenOver]);
  const ranMigrations = statedBy(pending, ran);
  const { base, copies } = migrated
    ? await migratedBase(start, middle, { stated: ranMigrations, rehearsed: rehearsedBase, above })
    : { base: start.record.base, copies: {} };
  const before = {
    migrated,
    more: migrations.more,
    ...(contradiction === undefined ? {} : { contradiction }),
    declared,
    takenOver,
    recreated: new Set<string>(),
    lostManual: [],
    dropped: [],
    takenBack: [],
    regranted: [],
    defaults,
    renames: middle.renames.ofRecords,
    stated: new StatementIndex(ranMigrations),
    base,
    removed: [],
    ...(migrations.next === undefined ? {} : { next: migrations.next }),
  };

  let failure: FileFailure | undefined =
    migrations.failure === undefined ? undefined : explainedFailure(start, migrations.failure);
  if (failure === undefined && migrations.next === undefined && !migrations.more) {
    const { catalog: live, addresses } = middle.reading;
    const changed = migrated ? changedRelations(start.reading.catalog, live) : new Set<string>();
    const underneath = { live, addresses, base, defaults, changed, copies };
    start.leftOut.follow({ ...underneath, history: middle.history });
    const outcome = await runRepeatables(withPresentNames(start, middle), underneath, affected);
    if (!("error" in outcome)) {
      const { made, ...rest } = outcome;
      for (const identity of outcome.declared) declared.add(identity);
      const end = made === undefined ? middle : await historyAround(session, inputs.name, made);
      const paths = new Set(outcome.ran.map(({ path }) => path));
      refuseUnwritten(
        repeatables.filter(({ path }) => paths.has(path)),
        end.history,
      );
      return {
        ...before,
        ...rest,
        declared,
        ran: [...ran, ...outcome.ran],
        stated: new StatementIndex([...ranMigrations, ...statedBy(bundle.repeatables, outcome.ran)]),
        after: end.reading,
        history: end.history,
      };
    }
    failure = outcome;
  }
  // Committed without the repeatables that depend on these migrations, so the next transaction must run them.
  const isDue = await markAsDue(session.work, inputs.name, [...affected.keys()]);
  const end = isDue ? await readWithHistory(session, inputs.name) : middle;
  return {
    ...before,
    ran,
    after: end.reading,
    history: end.history,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Returns the failure of a migration with what manual changes and repeatables have to do with it. */
function explainedFailure(
  { leftOut, history, reading: { catalog } }: Start,
  failure: FileFailure,
): FileFailure {
  const taken = explainTaken(leftOut.explained(failure), history, catalog);
  return explainDependents(taken, history, catalog);
}

/** Returns what was known before migrations ran, with the names that objects have now. */
function withPresentNames(start: Start, { history, renames }: AfterMigrations): Start {
  const { catalog, addresses } = start.reading;
  return {
    ...start,
    history,
    expected: underPresentNames(start.expected, renames.ofRecords),
    reading: { catalog: underPresentNames(catalog, renames.ofReading), addresses },
  };
}

/** Returns what a rehearsal has found about renames, if the same migrations ran in it. */
function statedRenames({ renamed }: KnownEffects, ran: readonly Migration[]): Renames | undefined {
  const isSame =
    renamed?.paths.length === ran.length && ran.every(({ path }) => renamed.paths.includes(path));
  return isSame ? renamed?.renames : undefined;
}

/**
 * Reads the catalog after migrations. First reverts what they changed about objects of repeatables: on an empty
 * database migrations run before those objects exist, so `grant … on all tables` does not affect a view there. But what
 * migrations create themselves stays as they left it, and the repeatables that redefine it run again.
 */
async function afterMigrations(
  { session, request: { inputs }, plan, reading, record, expected }: Start,
  ran: readonly Migration[],
  stated: Renames | undefined,
): Promise<AfterMigrations> {
  const found = await readWithHistory(session, inputs.name);
  refuseUnwritten([...plan.adopt, ...ran], found.history);
  const hasRecords =
    Object.keys(record.base).length > 0 ||
    [...found.history.files.values()].some(({ kind }) => kind === "repeatable");
  const renames = hasRecords ? followedRenames(reading, found.reading, stated) : nothingRenamed;
  const between = { renames: renames.ofRecords, serverMajor: ran[0]?.serverMajor };
  const history = await followRenames(session, inputs.name, found.history, between);
  const after = { ...found, history };
  // Also those of removed files: their content may be in another file now, or the file comes back after a failure.
  const owned = ownedByRepeatables(after.history);
  const defaults = defaultsOfFiles(expected, reading, after.reading);
  const bornUnder = withoutManualDefaults(after.reading.catalog, defaults, { expected, reading });
  const created = await recreatedObjects(session, ran, owned, { ...after.reading, bornUnder });
  if (owned.size === 0) return { ...after, created, renames };
  const changes = diffCatalogs(reading.catalog, after.reading.catalog).filter(
    ({ identity, kind }) =>
      kind === "changed" &&
      owned.has(identity) &&
      record.base[identity] === undefined &&
      created[identity] === undefined,
  );
  const repairs = [...byIdentity(changes)].map(([identity, differences]) => {
    const repair = repairOf(identity, differences, reading.catalog, { live: after.reading.catalog });
    return { ...repair, statements: [...repair.statements, ...repair.prune] };
  });
  if (repairs.length === 0) return { ...after, created, renames };
  await runRepairs(session, repairs);
  return { ...(await readWithHistory(session, inputs.name)), created, renames };
}

/** Returns what those of the files that ran state. */
function statedBy(files: readonly BundleFile[], ran: readonly RanFile[]): StatingStatement[] {
  const paths = new Set(ran.map(({ path }) => path));
  return files.filter(({ path }) => paths.has(path)).flatMap((file) => statingStatements(file));
}

/** Reads the catalog with the history's rows, and the history. */
export async function readWithHistory(
  session: Session,
  bundle: string,
): Promise<{ reading: CatalogReading; history: History }> {
  return await historyAround(session, bundle, await readCatalogInTransaction(session.work));
}

async function historyAround(session: Session, bundle: string, { catalog, addresses }: CatalogReading) {
  const history = await readHistory(session.work, bundle);
  return { reading: { catalog: { ...catalog, ...historyCatalog(history) }, addresses }, history };
}
