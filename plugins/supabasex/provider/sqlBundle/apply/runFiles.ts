import { UserError } from "../../../../../foundation/userError";
import {
  byIdentity,
  type Catalog,
  type CatalogReading,
  diffCatalogs,
  readCatalogInTransaction,
} from "../catalog";
import { adoptBaseline } from "../history/baseline";
import { type History, historyCatalog, markAsDue, readHistory, recordRepeatables } from "../history/history";
import { dependenciesOf, ownershipOf } from "../history/ownership";
import { repairOf } from "../repair/repair";
import { runRepairs } from "../repair/restore";
import { isLostLock } from "../session/retry";
import type { Session } from "../session/session";
import type { BundleFile, Migration } from "../source/files";
import { affectedFiles } from "./affectedFiles";
import { runMigrations } from "./migrations";
import { type MigrationPlan, planRepeatables } from "./plan";
import { applyRepeatables, type RepeatableRun } from "./repeatables";
import type { ApplyRequest, PlannedFile, RanFile } from "./request";

/** What a transaction starts from, once drift is repaired that no repeatable repairs by running again. */
export interface Start {
  readonly session: Session;
  readonly request: ApplyRequest;
  readonly plan: MigrationPlan;
  readonly history: History;
  readonly expected: Catalog;
  /** With the history's rows. */
  readonly reading: CatalogReading;
  /** How many migrations may share a transaction. */
  readonly filesAtOnce: number;
  /** Paths of files that a dry run leaves out. */
  readonly skip: ReadonlySet<string>;
}

/** What stopped the files. The transaction can go on: what ran before is still there. */
export interface FileFailure {
  readonly error: unknown;
  readonly file?: BundleFile;
}

export interface FilesRun {
  readonly ran: readonly RanFile[];
  /** Whether migrations ran or were adopted. */
  readonly migrated: boolean;
  readonly failure?: FileFailure;
  /** The next migration, which has to run outside a transaction; the rest follows it. */
  readonly next?: Migration;
  /** Whether migrations are left for a further transaction. */
  readonly more: boolean;
  readonly dropped: RepeatableRun["dropped"];
  /** With the history's rows. */
  readonly after: CatalogReading;
  readonly history: History;
  /** Identities that files declare which ran, or that were adopted. */
  readonly declared: ReadonlySet<string>;
  /** Identities that a rebuild dropped and recreated from the catalog. */
  readonly recreated: ReadonlySet<string>;
}

/**
 * Runs what is pending, in the open transaction: migrations, then the repeatables that are new, changed, drifted, or
 * affected by the migrations. Each file that fails leaves nothing; repeatables are all applied or none.
 */
export async function runFiles(start: Start): Promise<FilesRun> {
  const { session, request, plan, skip } = start;
  const { inputs, bundle } = request;
  const ran: RanFile[] = [];
  const adopted = await adoptBaseline(session, inputs.name, plan.adopt, start.reading.catalog);
  const pending = plan.pending.filter((file) => !skip.has(file.path));
  const migrations = await runMigrations(session, request, pending, start.filesAtOnce, ran);
  const migrated = ran.length > 0 || adopted !== undefined;
  const middle = migrated ? await afterMigrations(start) : start;
  const repeatables = bundle.repeatables.filter((file) => !skip.has(file.path));
  const affected = migrated
    ? affectedFiles(start.reading.catalog, middle.reading.catalog, repeatables)
    : new Map<string, string>();
  const declared = new Set(adopted ?? []);
  const base = {
    migrated,
    more: migrations.more,
    declared,
    recreated: new Set<string>(),
    dropped: [],
    ...(migrations.next === undefined ? {} : { next: migrations.next }),
  };

  let failure: FileFailure | undefined = migrations.failure;
  if (failure === undefined && migrations.next === undefined && !migrations.more) {
    const outcome = await runRepeatables(start, middle.reading.catalog, affected);
    if (!("error" in outcome)) {
      for (const identity of outcome.declared) declared.add(identity);
      const { recreated, dropped, made } = outcome;
      const end = made === undefined ? middle : await historyAround(session, inputs.name, made);
      return {
        ...base,
        ran: [...ran, ...outcome.ran],
        recreated,
        dropped,
        after: end.reading,
        history: end.history,
      };
    }
    failure = outcome;
  }
  // Committed without the repeatables that build on these migrations: the next transaction has to run them.
  const isDue = await markAsDue(session.work, inputs.name, [...affected.keys()]);
  const end = isDue ? await readWithHistory(session, inputs.name) : middle;
  return {
    ...base,
    ran,
    after: end.reading,
    history: end.history,
    ...(failure === undefined ? {} : { failure }),
  };
}

/**
 * Reads the catalog after migrations. What they changed of objects that repeatables make is put back first: on an empty
 * database migrations run before those objects exist, so `grant … on all tables` does not reach a view there.
 */
async function afterMigrations({ session, request: { inputs, bundle }, history, reading }: Start) {
  const after = await readWithHistory(session, inputs.name);
  const makers = makersOf(history, bundle.repeatables);
  if (makers.size === 0) return after;
  const changes = diffCatalogs(reading.catalog, after.reading.catalog).filter(
    ({ identity, kind }) => kind === "changed" && makers.has(identity),
  );
  const repairs = [...byIdentity(changes)].map(([identity, differences]) => {
    const repair = repairOf(identity, differences, reading.catalog, after.reading.catalog);
    return { ...repair, statements: [...repair.statements, ...repair.prune] };
  });
  if (repairs.length === 0) return after;
  await runRepairs(session, repairs);
  return await readWithHistory(session, inputs.name);
}

async function runRepeatables(
  { session, request, history, expected, skip }: Start,
  live: Catalog,
  affected: ReadonlyMap<string, string>,
) {
  const { inputs, bundle, report } = request;
  const drifted = driftedFiles(expected, live, makersOf(history, bundle.repeatables));
  const whole = planRepeatables(bundle.repeatables, history.files, { drifted, affected });
  const plan = { ...whole, run: whole.run.filter(({ path }) => !skip.has(path)) };
  await session.work.query("savepoint repeatables");
  try {
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
    return { ran, declared, recreated: run.recreated, dropped: run.dropped, made };
  } catch (error) {
    if (!(error instanceof UserError) || isLostLock((error as Error).cause)) throw error;
    await session.work.query("rollback to savepoint repeatables");
    const file = "file" in error ? { file: error.file as BundleFile } : {};
    return { error, ...file };
  }
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
  const dependencies = await dependenciesOf(session, ownership);
  const applied = run.ran.map(({ file, durationMilliseconds }) => ({
    file,
    durationMilliseconds,
    objects: ownership.objects.get(file) ?? [],
    dependsOn: dependencies.get(file.path) ?? [],
  }));
  await recordRepeatables(session.work, inputs.name, applied, removed);
  return applied.flatMap(({ objects }) => objects.flatMap(({ identity }) => identity ?? []));
}

/** The catalog with the history's rows, and the history. */
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

/** Identity → path of the repeatable that makes it, where the bundle still has that file. */
export function makersOf(history: History, local: readonly BundleFile[]): Map<string, string> {
  const paths = new Set(local.map((file) => file.path));
  const makers = new Map<string, string>();
  for (const file of history.files.values()) {
    if (!paths.has(file.path)) continue;
    for (const { identity } of file.objects) if (identity !== undefined) makers.set(identity, file.path);
  }
  return makers;
}

/** Path → an identity that is not as the file made it. Extra objects are nobody's. */
export function driftedFiles(
  expected: Catalog,
  live: Catalog,
  makers: ReadonlyMap<string, string>,
): Map<string, string> {
  const files = new Map<string, string>();
  if (makers.size === 0) return files;
  for (const { identity, kind } of diffCatalogs(expected, live)) {
    const path = makers.get(identity);
    if (kind !== "extra" && path !== undefined && !files.has(path)) files.set(path, identity);
  }
  return files;
}

function planned({ path, reason, because }: PlannedFile): PlannedFile {
  return { path, reason, ...(because === undefined ? {} : { because }) };
}
