import { UserError } from "../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  diffCatalogs,
  readCatalogInTransaction,
} from "../catalog";
import { adoptBaseline } from "../history/baseline";
import {
  type History,
  historyCatalog,
  openHistory,
  readHistory,
  recordExpectation,
  recordRepeatables,
} from "../history/history";
import { restoreHistory, trustedExpectation } from "../history/historyRepair";
import { dependenciesOf, ownershipOf } from "../history/ownership";
import { refuseUnrepaired, repairRest, repairUnowned, unrepaired } from "../repair/drift";
import { isLostLock } from "../session/retry";
import type { Session } from "../session/session";
import type { BundleFile, Migration } from "../source/files";
import { expectationAfter } from "./expected";
import { runMigrations } from "./migrations";
import { nameOf } from "./orphans";
import { planMigrations, planRepeatables } from "./plan";
import { applyRepeatables, type RepeatableRun } from "./repeatables";
import type { ApplyRequest, PlannedFile, RanFile } from "./request";

/** What a reading of the catalog says of a bundle, history included. */
export interface TransactionResult {
  readonly ran: readonly RanFile[];
  /** Paths of migrations that were recorded without being run. */
  readonly adopted: readonly string[];
  /** Objects that no file makes any more. */
  readonly dropped: readonly string[];
  /** Identities that were put right without running a file. */
  readonly repaired: readonly string[];
  /** Differences that stay, because nothing may or can repair them. */
  readonly remaining: readonly CatalogDifference[];
  readonly before: Catalog;
  readonly after: Catalog;
  readonly expected: Catalog;
  readonly live: Catalog;
  readonly history: History;
  /** The next migration, which has to run outside of a transaction; the rest follows it. */
  readonly next?: Migration;
  /** Whether migrations are left for a further transaction. */
  readonly more: boolean;
  /** What stopped the files. */
  readonly failure?: { readonly error: unknown; readonly file?: Migration };
  /** Whether files ran before the failure: then their work is worth committing. */
  readonly progressed: boolean;
}

/** Everything that happens between `begin` and `commit`. The caller has begun and will end the transaction. */
export async function runTransaction(
  session: Session,
  request: ApplyRequest,
  filesAtOnce: number,
  skip: ReadonlySet<string>,
): Promise<TransactionResult> {
  const { inputs, bundle, report } = request;
  const { work } = session;
  await openHistory(work, inputs.name);
  const catalogBefore = await readCatalogInTransaction(work);
  let history = await readHistory(work, inputs.name);
  const expectedBefore = trustedExpectation(history, request.stateExpected, catalogBefore.catalog);
  const before = withHistory(catalogBefore, history);
  if (await restoreHistory(work, inputs.name, expectedBefore, history)) {
    history = await readHistory(work, inputs.name);
  }

  const drift = diffCatalogs(expectedBefore, before.catalog);
  const makers = makersOf(history, bundle.repeatables);
  const plan = planMigrations(bundle.migrations, history, inputs);
  const repairedFirst = await repairUnowned(session, drift, makers, expectedBefore, before.catalog);

  const ran: RanFile[] = [];
  const adoptedIdentities = await adoptBaseline(session, inputs.name, plan.adopt, before.catalog);
  const migrations = await runMigrations(
    session,
    request,
    plan.pending.filter((file) => !skip.has(file.path)),
    filesAtOnce,
    ran,
  );
  let failure: TransactionResult["failure"] = migrations.failure;
  let repeatables: RepeatableRun = { ran: [], dropped: [] };
  const mayRunRepeatables = failure === undefined && migrations.next === undefined && !migrations.more;
  let repeatablePlan = planRepeatables([], new Map(), new Map());
  if (mayRunRepeatables) {
    // What a migration just dropped or changed counts too: a view that it had to drop comes back here.
    const drifted =
      ran.length === 0 || makers.size === 0
        ? drift
        : diffCatalogs(expectedBefore, (await readCatalogInTransaction(work)).catalog);
    repeatablePlan = planRepeatables(bundle.repeatables, history.files, driftedFiles(drifted, makers));
    await work.query("savepoint repeatables");
    try {
      repeatables = await applyRepeatables(repeatablePlan, {
        session,
        local: bundle.repeatables,
        history: history.files,
        dropRemoved: !inputs.allowAhead,
        progress: (entry) => report.progress(`${entry.file.display} (${entry.reason})`),
      });
    } catch (error) {
      if (!(error instanceof UserError) || isLostLock((error as Error).cause)) throw error;
      await work.query("rollback to savepoint repeatables");
      failure = { error };
    }
  }

  const migrated = ran.length > 0 || adoptedIdentities !== undefined;
  for (const entry of repeatables.ran)
    ran.push({ ...planned(entry), kind: "repeatable", durationMilliseconds: entry.durationMilliseconds });
  const removed =
    mayRunRepeatables && failure === undefined && !inputs.allowAhead ? repeatablePlan.removed : [];
  const unfinished = failure !== undefined || migrations.next !== undefined || migrations.more;
  const base = {
    ran,
    adopted: plan.adopt.map((file) => file.path),
    dropped: repeatables.dropped.map(nameOf),
    before: before.catalog,
    progressed: migrated,
    more: migrations.more,
    ...(migrations.next === undefined ? {} : { next: migrations.next }),
    ...(failure === undefined ? {} : { failure }),
  };

  if (failure !== undefined && !migrated) {
    return {
      ...base,
      repaired: [],
      remaining: drift,
      after: before.catalog,
      expected: expectedBefore,
      live: {},
      history,
    };
  }

  const quiet = ran.length === 0 && removed.length === 0 && !migrated && drift.length === 0;
  const afterFiles = quiet ? catalogBefore : await readCatalogInTransaction(work);
  const declared = new Set(adoptedIdentities ?? []);
  if (repeatables.ran.length > 0 || removed.length > 0) {
    const ownership = await ownershipOf(session, bundle.repeatables, afterFiles);
    const dependencies = await dependenciesOf(session, ownership);
    const applied = repeatables.ran.map(({ file, durationMilliseconds }) => ({
      file,
      durationMilliseconds,
      objects: ownership.objects.get(file) ?? [],
      dependsOn: dependencies.get(file.path) ?? [],
    }));
    for (const { objects } of applied)
      for (const { identity } of objects) if (identity !== undefined) declared.add(identity);
    await recordRepeatables(work, inputs.name, applied, removed);
  }
  if (!quiet) history = await readHistory(work, inputs.name);
  const afterWithHistory = withHistory(afterFiles, history);
  const expected = quiet
    ? expectedBefore
    : expectationAfter(expectedBefore, before, afterWithHistory, declared);

  const last = unfinished
    ? unrepaired(expected, afterWithHistory.catalog)
    : await repairRest(
        session,
        expected,
        afterWithHistory.catalog,
        inputs.prune,
        async () => withHistory(await readCatalogInTransaction(work), history).catalog,
      );
  if (!unfinished && request.commit) refuseUnrepaired(last.remaining, expected, last.catalog, last.failed);
  if (!quiet || expectedBefore !== history.expected) await recordExpectation(work, inputs.name, expected);
  return {
    ...base,
    repaired: [...new Set([...repairedFirst, ...last.repaired])].sort(),
    remaining: last.remaining,
    after: last.catalog,
    expected,
    live: last.live,
    history,
  };
}

function withHistory(reading: CatalogReading, history: History): CatalogReading {
  return { catalog: { ...reading.catalog, ...historyCatalog(history) }, addresses: reading.addresses };
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
  drift: readonly CatalogDifference[],
  makers: ReadonlyMap<string, string>,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const { identity, kind } of drift) {
    const path = makers.get(identity);
    if (kind !== "extra" && path !== undefined && !files.has(path)) files.set(path, identity);
  }
  return files;
}

function planned({ path, reason, because }: PlannedFile): PlannedFile {
  return { path, reason, ...(because === undefined ? {} : { because }) };
}
