import { UserError } from "../../../../foundation/userError";
import type { FileKind } from "../../bundleFiles";
import type { ApplyRequest } from "./apply";
import { adoptBaseline } from "./baseline";
import {
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  diffCatalogs,
  managedPart,
  readCatalogInTransaction,
} from "./catalog";
import { objectKey } from "./declaredObjects";
import { SqlFileError } from "./errors";
import { expectationAfter } from "./expected";
import { fileFailure, isUnparsed, type Prefix } from "./fileFailure";
import type { BundleFile, Migration } from "./files";
import {
  type AppliedMigration,
  type History,
  historyCatalog,
  openHistory,
  readHistory,
  recordExpectation,
  recordMigrations,
  recordRepeatables,
} from "./history";
import { restoreHistory, trustedExpectation } from "./historyRepair";
import { dependenciesOf, ownershipOf } from "./ownership";
import { type PlannedFile, planMigrations, planRepeatables } from "./plan";
import { byIdentity } from "./rebuild";
import { repairOf } from "./repair/repair";
import { type FailedRepair, runRepairs } from "./repair/restore";
import { applyRepeatables, type RepeatableRun } from "./repeatables";
import { isLostLock } from "./retry";
import type { Session } from "./session";
import { mayChangeSettings } from "./statements";

export interface RanFile extends PlannedFile {
  readonly kind: FileKind;
  readonly durationMilliseconds: number;
}

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
    dropped: repeatables.dropped.map(objectKey),
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
    ? { catalog: afterWithHistory.catalog, repaired: [], failed: [] }
    : await repairRest(session, expected, afterWithHistory, history, inputs.prune);
  const remaining = diffCatalogs(expected, last.catalog);
  if (!unfinished && request.commit) refuseUnrepaired(remaining, expected, last.catalog, last.failed);
  if (!quiet || expectedBefore !== history.expected) await recordExpectation(work, inputs.name, expected);
  return {
    ...base,
    repaired: [...new Set([...repairedFirst, ...last.repaired])].sort(),
    remaining,
    after: last.catalog,
    expected,
    live: managedPart(expected, last.catalog),
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

/** Puts right, before any file runs, what no repeatable makes: migrations are written for a database as it should be. */
async function repairUnowned(
  session: Session,
  drift: readonly CatalogDifference[],
  makers: ReadonlyMap<string, string>,
  expected: Catalog,
  live: Catalog,
): Promise<string[]> {
  const repairs = [...byIdentity(drift)]
    .filter(([identity]) => !identity.startsWith("applied file "))
    // A file makes its object right, but only as the owner may it replace the object.
    .map(([identity, differences]): [string, readonly CatalogDifference[]] => [
      identity,
      makers.has(identity) ? differences.filter(({ property }) => property === "owner") : differences,
    ])
    .filter(([, differences]) => differences.length > 0)
    .map(([identity, differences]) => repairOf(identity, differences, expected, live));
  const failed = new Set((await runRepairs(session, repairs)).map(({ identity }) => identity));
  return repairs
    .filter(({ identity, statements }) => statements.length > 0 && !failed.has(identity))
    .map(({ identity }) => identity);
}

/** How often to look again: giving an object back to its owner, say, takes grants along that are then missing. */
const repairRounds = 3;

/** Puts right what is still wrong after the files ran, and prunes where that is asked for. */
async function repairRest(
  session: Session,
  expected: Catalog,
  after: CatalogReading,
  history: History,
  prune: "report" | "drop",
): Promise<{ catalog: Catalog; repaired: string[]; failed: readonly FailedRepair[] }> {
  let { catalog } = after;
  let failed: readonly FailedRepair[] = [];
  const repaired = new Set<string>();
  for (let round = 0; round < repairRounds; round++) {
    const active = [...byIdentity(diffCatalogs(expected, catalog))]
      .map(([identity, differences]) => {
        const repair = repairOf(identity, differences, expected, catalog);
        return { ...repair, statements: [...repair.statements, ...(prune === "drop" ? repair.prune : [])] };
      })
      .filter(({ statements }) => statements.length > 0);
    if (active.length === 0) break;
    failed = await runRepairs(session, active);
    const broken = new Set(failed.map(({ identity }) => identity));
    const done = active.filter(({ identity }) => !broken.has(identity));
    if (done.length === 0) break;
    for (const { identity } of done) repaired.add(identity);
    catalog = withHistory(await readCatalogInTransaction(session.work), history).catalog;
  }
  return { catalog, repaired: [...repaired], failed };
}

/** Extra objects and grants are reported and left; anything missing or changed that is still so stops the deploy. */
function refuseUnrepaired(
  remaining: readonly CatalogDifference[],
  expected: Catalog,
  live: Catalog,
  failed: readonly FailedRepair[],
): void {
  const lines: string[] = [];
  for (const [identity, differences] of byIdentity(remaining)) {
    const repair = repairOf(identity, differences, expected, live);
    const fault = failed.find((other) => other.identity === identity);
    for (const what of repair.impossible) lines.push(`  ${identity}: ${what}`);
    if (repair.statements.length > 0) {
      lines.push(
        `  ${identity}: ${fault?.statement ?? repair.statements[0]}${fault === undefined ? "" : `\n    ${fault.message}`}`,
      );
    }
  }
  if (lines.length === 0) return;
  throw new UserError(
    [
      "Somebody changed by hand what a deploy cannot put right by itself, so nothing was deployed:",
      ...lines,
      "  Run the statement named above, or undo the change in another way; then run the command again.",
    ].join("\n"),
  );
}

/** A file failed in a way that takes along what ran before it in the transaction. */
export class TransactionLost extends Error {
  constructor(
    override readonly cause: SqlFileError,
    /** How many migrations were lost with it. */
    readonly migrations: number,
  ) {
    super(cause.message, { cause });
  }
}

interface MigrationRun {
  readonly next?: Migration;
  /** Whether migrations are left that may run in a transaction: not in this one. */
  readonly more: boolean;
  readonly failure?: { readonly error: unknown; readonly file: Migration };
}

async function runMigrations(
  session: Session,
  request: ApplyRequest,
  pending: readonly Migration[],
  filesAtOnce: number,
  ran: RanFile[],
): Promise<MigrationRun> {
  const done: AppliedMigration[] = [];
  const record = () => recordMigrations(session.work, request.inputs.name, done);
  for (const file of pending) {
    if (file.noTransaction || done.length >= filesAtOnce) {
      await record();
      return file.noTransaction ? { next: file, more: false } : { more: true };
    }
    request.report.progress(`${file.display} (new)`);
    const started = performance.now();
    const prefix: Prefix = { text: "savepoint migration; ", statements: 1 };
    try {
      const reset = mayChangeSettings(file) ? `${session.settings};` : "";
      await session.execute(`${prefix.text}${file.text};${reset} release savepoint migration`);
    } catch (error) {
      const fault = fileFailure(file, error, prefix, session.blocker);
      if (!(fault instanceof SqlFileError) || isLostLock(fault.cause)) throw fault;
      // Nothing of the message ran, so there is no savepoint to go back to.
      if (isUnparsed(error)) throw new TransactionLost(fault, done.length);
      await session.execute("rollback to savepoint migration");
      await record();
      return { more: false, failure: { error: fault, file } };
    }
    const durationMilliseconds = Math.round(performance.now() - started);
    done.push({ file, durationMilliseconds });
    ran.push({ path: file.path, reason: "new", kind: "migration", durationMilliseconds });
  }
  await record();
  return { more: false };
}

function planned({ path, reason, because }: PlannedFile): PlannedFile {
  return { path, reason, ...(because === undefined ? {} : { because }) };
}
