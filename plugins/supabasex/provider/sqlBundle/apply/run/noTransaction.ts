import type { Node } from "libpg-query";
import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, type CatalogReading, partsOfIdentity, readCatalogInTransaction } from "../../catalog";
import { followedRenames } from "../../catalog/renames";
import { type Begun, begin, end } from "../../history/begun";
import { type History, readHistory, recordMigrations } from "../../history/history";
import { historyCatalog } from "../../history/historyCatalog";
import { readRecord, recordExpectation } from "../../history/record";
import { openHistory } from "../../history/tables";
import { refuseUnwritten } from "../../history/written";
import { refuseHazards } from "../../locks/refusal";
import { LockWatch } from "../../locks/watch";
import type { Session } from "../../session/session";
import { SqlFileError } from "../../source/errors";
import type { Migration } from "../../source/files";
import { unquoted } from "../../source/identifiers";
import { sequenceEffect } from "../../source/setsSequences";
import { statingStatements } from "../../source/statedFacts";
import { executedText, statementsOf } from "../../source/statements";
import type { ApplyRequest, RanFile } from "../request";
import { fileFailure } from "../send/fileFailure";
import { sendFile } from "../send/sendFile";
import { SequenceGuard } from "../send/sequenceGuard";
import { isAskedFor } from "../statements/indexDefinition";
import { type OutsideStatement, outsideStatement } from "../statements/outsideStatement";
import { baseUnder, rehearseBaseOutside } from "./baseRehearsal";
import { expectationAfter } from "./expected";
import { followRenames } from "./followRenames";
import { definitionOf, outsideError } from "./outsideError";
import { targetsOf } from "./outsideTargets";

const prefix = { text: "", statements: 0 };

/**
 * Runs a migration outside of a transaction, then records it. No other session changes the record meanwhile, because the
 * session holds the bundle's lock. A marker is committed before. Only if a marker exists was one of our own runs interrupted,
 * and only then does an existing object count as that run's work. Objects of others never do.
 */
export async function runOutsideTransaction(
  session: Session,
  request: ApplyRequest,
  file: Migration,
): Promise<RanFile> {
  const { inputs, report } = request;
  if (!(await session.holdsLock())) {
    throw new UserError(
      `The lock of bundle ${inputs.name} was lost with its connection: run the command again.`,
    );
  }
  report.progress(`${file.display} (new, without a transaction)`);
  const started = performance.now();
  const node = statementsOf(file)[0]?.node;
  if (node === undefined) throw new SqlFileError({ file, message: "the file has no statement" });
  if (inputs.hazards === "refuse")
    refuseHazards((await LockWatch.begin(session.work, [file])).expected(file));
  const before = await reading(session, inputs.name);
  const { expected, base } = await readRecord(session.work, inputs.name);
  const rehearsing = { session, sequences: new SequenceGuard(session, request) };
  const rehearsed = await rehearseBaseOutside(rehearsing, file, { base, live: before.catalog });
  const about = await runOutside(session, request, { file, node, expected });
  await session.execute(`${session.settings}; begin`);
  await openHistory(session.work, inputs.name);
  const durationMilliseconds = Math.round(performance.now() - started);
  await recordMigrations(session.work, inputs.name, [{ file, durationMilliseconds }]);
  await end(session.work, { bundle: inputs.name, path: file.path });
  const { history, ...after } = await readingInTransaction(session, inputs.name);
  refuseUnwritten([file], history);
  const start =
    about === undefined ? before : { ...before, catalog: asExpected(before.catalog, expected, about) };
  const renames = followedRenames(before, after);
  const { serverMajor } = file;
  await followRenames(session, inputs.name, history, { renames: renames.ofRecords, serverMajor });
  await recordExpectation(session.work, inputs.name, {
    expected: expectationAfter(expected, start, after, { declared: new Set() }),
    base: baseUnder(base, { before, after, renames, stated: statingStatements(file), rehearsed }),
  });
  await session.execute("commit");
  return { path: file.path, reason: "new", kind: "migration", durationMilliseconds };
}

async function send(session: Session, { report }: ApplyRequest, file: Migration): Promise<void> {
  const warnings: string[] = [];
  const notice: typeof report.notice = (severity, line) => {
    if (severity === "WARNING") warnings.push(line);
    report.notice(severity, line);
  };
  try {
    await sendFile(file, { text: file.text, prefix }, { session, notice });
  } catch (error) {
    throw fileFailure(file, error, prefix, { blocker: session.blocker });
  }
  refuseLeftOut(file, warnings);
}

/**
 * Refuses a `vacuum` if the server skipped a table that it names, because the role may no longer vacuum it: the file would be
 * recorded although nothing happened. A partition may be skipped, such as a foreign table: its parent is vacuumed without it, and
 * the server's warning is shown.
 */
function refuseLeftOut(file: Migration, warnings: readonly string[]): void {
  const node = statementsOf(file)[0]?.node;
  const vacuum = node !== undefined && "VacuumStmt" in node ? node.VacuumStmt : undefined;
  const mayWait = vacuum?.options?.some((one) => "DefElem" in one && one.DefElem.defname === "skip_locked");
  if (vacuum?.rels === undefined || mayWait === true) return;
  const named = targetsOf({ VacuumStmt: vacuum }).map(({ name }) => `"${unquoted(name)}"`);
  const detail = warnings.find(
    (line) => /\bskipping\b/.test(line) && named.some((name) => line.includes(name)),
  );
  if (detail === undefined) return;
  throw new SqlFileError({
    file,
    message: "the server skipped a table that this statement names",
    detail: detail.slice(detail.indexOf(": ") + 2),
    hint: "Only the owner of a table may vacuum it: leave the table out.",
  });
}

interface OutsideFile {
  readonly file: Migration;
  readonly node: Node;
  /** What the bundle has created so far. */
  readonly expected: Catalog;
}

/**
 * Runs the statement, or what an interrupted run of it has left to do.
 *
 * @returns the name of an object that belongs to the file although it existed before, such as an index that an interrupted run
 *   had built; `undefined` if there is none
 */
async function runOutside(
  session: Session,
  request: ApplyRequest,
  { file, node, expected }: OutsideFile,
): Promise<string | undefined> {
  const statement = outsideStatement(node);
  const { index } = statement;
  const found = await statement.look(session);
  const begun = await mark(session, request, { file, found });
  const isAsked = (oid: number) =>
    index === undefined
      ? Promise.resolve(true)
      : isAskedFor(session, { text: executedText(file), statement: index, oid });
  let todo = "run";
  if (begun !== undefined) {
    await statement.clean?.(session, begun);
    const now = await statement.look(session);
    todo = statement.resume(begun, now);
    if (todo === "done" && !(await isAsked(now.oid))) todo = "run";
    const what = todo === "done" ? "it had succeeded" : "it continues";
    request.report.warn(`${file.display} was interrupted in an earlier run: ${what}.`);
  }
  if (begun === undefined) {
    const error = await outsideError(session, file, { expected });
    if (error !== undefined) {
      await unmark(session, request, file);
      throw error;
    }
    // A manual object that matches the file.
    if (index !== undefined && index.if_not_exists !== true && found.state === "valid") return found.name;
  }
  if (todo === "done") return begun?.name || found.name;
  const sequences = await sequencesBefore(session, request, file);
  try {
    if (todo === "run") await send(session, request, file);
    else await session.execute(todo);
  } catch (error) {
    await sequences.restoreAfterFailure();
    await cleanUp(session, request, { file, statement, before: begun ?? found });
    throw error;
  }
  const made = await statement.look(session);
  if (index !== undefined && made.oid === found.oid && !(await isAsked(made.oid))) {
    await unmark(session, request, file);
    throw new SqlFileError({
      file,
      message: `index ${made.name} already exists with another definition`,
      ...(await definitionOf(session, made.oid)),
      hint: "Give the new index another name, or drop the existing one in an earlier migration.",
    });
  }
  return begun !== undefined || made.oid === found.oid ? made.name || found.name : undefined;
}

/** Returns what restores the sequences that the file sets back if it fails: no failure undoes that. */
async function sequencesBefore(
  session: Session,
  request: ApplyRequest,
  file: Migration,
): Promise<SequenceGuard> {
  const sequences = new SequenceGuard(session, request);
  if (sequenceEffect(file) === "none") return sequences;
  await session.execute("begin");
  try {
    await sequences.before(file);
  } finally {
    await session.execute("rollback");
  }
  return sequences;
}

/** Commits the marker; returns that of an interrupted run. */
async function mark(
  session: Session,
  { inputs }: ApplyRequest,
  { file, found }: { readonly file: Migration; readonly found: Begun },
): Promise<Begun | undefined> {
  await session.execute("begin");
  await openHistory(session.work, inputs.name);
  const begun = await begin(session.work, { bundle: inputs.name, ...file }, found);
  await session.execute("commit");
  return begun;
}

async function unmark(session: Session, { inputs }: ApplyRequest, { path }: Migration): Promise<void> {
  await end(session.work, { bundle: inputs.name, path });
}

/** Removes what a failed statement left. The marker stays if that is incomplete or unknown. */
async function cleanUp(
  session: Session,
  request: ApplyRequest,
  {
    file,
    statement,
    before,
  }: { readonly file: Migration; readonly statement: OutsideStatement; readonly before: Begun },
): Promise<void> {
  try {
    await session.execute(session.settings);
    await statement.clean?.(session, before);
    const now = await statement.look(session);
    if (now.oid === before.oid && now.state === before.state) await unmark(session, request, file);
  } catch {
    // The statement's failure is reported. The next run finds the marker and continues.
  }
}

/**
 * Returns the catalog with an object and its parts as expected, so that their current state counts as the file's work.
 */
function asExpected(catalog: Catalog, expected: Catalog, name: string): Catalog {
  const isPart = (identity: string) =>
    [partsOfIdentity(identity).name, partsOfIdentity(identity).parent].includes(name);
  const others = Object.entries(catalog).filter(([identity]) => !isPart(identity));
  const parts = Object.entries(expected).filter(([identity]) => isPart(identity));
  return Object.fromEntries([...others, ...parts]);
}

async function reading(session: Session, bundle: string): Promise<CatalogReading> {
  await session.execute("begin");
  try {
    return await readingInTransaction(session, bundle);
  } finally {
    await session.execute("rollback");
  }
}

async function readingInTransaction(
  session: Session,
  bundle: string,
): Promise<CatalogReading & { readonly history: History }> {
  const { catalog, addresses } = await readCatalogInTransaction(session.work);
  const history = await readHistory(session.work, bundle);
  return { catalog: { ...catalog, ...historyCatalog(history) }, addresses, history };
}
