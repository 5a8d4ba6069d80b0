import { UserError } from "../../../../../foundation/userError";
import { readCatalogInTransaction } from "../catalog";
import { dropStatement } from "../catalog/objects";
import type { OwnedObject } from "../history/history";
import { ownershipOf } from "../history/ownership";
import { type Declaration, declarations, declarationsOf, objectKey } from "../source/declaredObjects";
import { SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { mentions } from "../source/mentions";
import { statingStatements } from "../source/statedFacts";
import { executedText, mayChangeSettings, type Statement, statementsOf, textOf } from "../source/statements";
import { bareName } from "./affectedFiles";
import { fileFailure, isUnparsed, type Prefix } from "./fileFailure";
import { fileLinks } from "./fileLinks";
import { FilesAhead, mostAhead } from "./filesAhead";
import { isAskedFor } from "./indexDefinition";
import { dropIfFree, dropOrphans, formerObjects, inTheWay, nameOf, orphansAmong } from "./orphans";
import { dependenciesBetween, inOrder, type RepeatablePlan } from "./plan";
import { restoreLost } from "./rebuild";
import type { RepeatableContext } from "./repeatableContext";
import type { PlannedFile } from "./request";
import { type FileMessage, sendFile } from "./sendFile";
import { existingIndex } from "./skippedStatements";
import { StatementIndex } from "./statedObjects";
import { rootFault, type StuckFile } from "./stuckFiles";

/** The file needs something that is not there: another file may still make it. */
const notThereYet = new Set(["42883", "42P01", "42704", "42703", "3F000", "42725"]);

function isNotThereYet(error: unknown): error is SqlFileError {
  return error instanceof SqlFileError && notThereYet.has(error.sqlState ?? "");
}

/** `create or replace` cannot change the object so far; or the object is there and the statement cannot replace it. */
const cannotReplace = new Set(["42P13", "42P16", "42809", "2BP01", "42710", "42P07", "42723"]);

export interface RunFile extends PlannedFile {
  readonly file: BundleFile;
  readonly durationMilliseconds: number;
}

export interface RepeatableRun {
  readonly ran: readonly RunFile[];
  /** Objects that were dropped because no file makes them any more. */
  readonly dropped: readonly OwnedObject[];
  /** Identities that a rebuild dropped and recreated. */
  readonly recreated: ReadonlySet<string>;
}

/**
 * Applies repeatables in the open transaction, so that either all of them are applied or none. A file that needs what
 * another one makes waits for it; what cannot be replaced in place is dropped and made again together with all that
 * depends on it; what no file makes any more is dropped last.
 */
export async function applyRepeatables(
  plan: RepeatablePlan,
  options: Omit<RepeatableContext, "obsolete" | "open" | "done">,
): Promise<RepeatableRun> {
  const made = formerObjects(plan, options);
  const open = new Set(plan.run.map(({ path }) => path));
  const done = new Set<string>();
  const context: RepeatableContext = {
    ...options,
    obsolete: await orphansAmong([...made.keys()], options),
    open,
    done,
  };
  const ran: RunFile[] = [];
  const finish = (file: RunFile) => {
    ran.push(file);
    open.delete(file.path);
    done.add(file.path);
  };
  const recreated = new Set<string>();
  const ahead = new FilesAhead((file) =>
    sendFile(file, messageOf(file, dropsBefore(declarationsOf(file)), context), context),
  );
  let waiting = [...plan.run];
  while (waiting.length > 0) {
    const stillWaiting: ((typeof waiting)[number] & StuckFile)[] = [];
    for (const [at, entry] of waiting.entries()) {
      // What another file was made of has run with it already.
      if (ran.some((other) => other.path === entry.path)) continue;
      context.progress(entry);
      const started = performance.now();
      try {
        const following = followingNew(waiting.slice(at, at + mostAhead), ran, context);
        const also = await applyFile(entry.file, context, () => ahead.run(entry.file, following));
        finish({ ...entry, durationMilliseconds: Math.round(performance.now() - started) });
        for (const identity of also.recreated) recreated.add(identity);
        for (const file of also.files) {
          if (ran.some((other) => other.file === file)) continue;
          const asPlanned = plan.run.find((other) => other.file === file);
          const why = asPlanned ?? { path: file.path, reason: "dependency", because: entry.path };
          finish({ ...why, file, durationMilliseconds: 0 });
        }
      } catch (error) {
        if (!isNotThereYet(error)) throw error;
        stillWaiting.push({ ...entry, fault: error });
      }
    }
    if (stillWaiting.length > 0 && stillWaiting.length === waiting.length)
      throw rootFault(stillWaiting, (file) => dependenciesOf(file, context));
    waiting = stillWaiting;
  }
  const dropped = await dropOrphans(made, context);
  for (const [file, because] of nameDropped(dropped, made, context)) {
    await runFile(file, dropsBefore(declarationsOf(file)), context);
    if (ran.every((other) => other.file !== file)) {
      finish({ path: file.path, reason: "dependency", because, file, durationMilliseconds: 0 });
    }
  }
  return { ran, dropped, recreated };
}

/**
 * The files that name what no file makes any more, and the file that made it. They have to run without it, as on an empty
 * database.
 */
function nameDropped(
  dropped: readonly OwnedObject[],
  made: ReadonlyMap<OwnedObject, string>,
  { local }: RepeatableContext,
): Map<BundleFile, string> {
  const result = new Map<BundleFile, string>();
  for (const object of dropped) {
    const name = bareName(object.name);
    const path = made.get(object) ?? "";
    for (const file of local) {
      if (file.path !== path && mentions(file, name) && !result.has(file)) result.set(file, path);
    }
  }
  return result;
}

/**
 * The files behind a new one that may be sent together with it, up to the first that is not new: after that one
 * something may have to be dropped.
 */
function followingNew(
  [first, ...rest]: readonly { readonly file: BundleFile }[],
  ran: readonly RunFile[],
  { history, obsolete }: RepeatableContext,
): BundleFile[] {
  const mayHaveToDrop = (file: BundleFile) =>
    history.has(file.path) ||
    createsIfMissing(file).length > 0 ||
    inTheWay(obsolete, declarationsOf(file)).length > 0;
  if (first === undefined || mayHaveToDrop(first.file)) return [];
  const open = rest.map(({ file }) => file).filter((file) => ran.every((other) => other.file !== file));
  const known = open.findIndex(mayHaveToDrop);
  return known < 0 ? open : open.slice(0, known);
}

/** What a file took along when it ran. */
interface AlsoRan {
  /** Files that had to run again because what they made depended on something that this one replaced. */
  readonly files: readonly BundleFile[];
  /** Identities that were dropped and recreated with them. */
  readonly recreated: readonly string[];
}

const nothingElse: AlsoRan = { files: [], recreated: [] };

/**
 * Runs one file. What it made before under other arguments or as another class is dropped first: left beside the new
 * object it would make calls ambiguous or the name taken.
 *
 * @param firstTry sends the file as it is
 */
async function applyOnce(
  file: BundleFile,
  context: RepeatableContext,
  firstTry?: () => Promise<void>,
): Promise<AlsoRan> {
  const declared = declarationsOf(file);
  const former = inTheWay(context.obsolete, declared);
  try {
    if (former.length > 0) return await rebuild(file, { former, replaced: [] }, context);
    if (isChanged(file, context)) await dropOtherDefinitions(file, context);
    await runFile(file, dropsBefore(declared), context, firstTry);
    await dropIfFree(await orphansAmong(context.history.get(file.path)?.objects ?? [], context), context);
    return nothingElse;
  } catch (error) {
    if (!(error instanceof SqlFileError) || !cannotReplace.has(error.sqlState ?? "")) throw error;
    return await rebuild(file, { former, replaced: declared, cause: error }, context);
  }
}

/** Runs one file. When it fails because what it creates is there already, it runs again without that. */
async function applyFile(
  file: BundleFile,
  context: RepeatableContext,
  firstTry: () => Promise<void>,
): Promise<AlsoRan> {
  for (let send: typeof firstTry | undefined = firstTry; ; send = undefined) {
    try {
      return await applyOnce(file, context, send);
    } catch (error) {
      const isOwn = error instanceof SqlFileError && error.file === file;
      if (!isOwn || !context.leftOut.takes(error)) throw error;
    }
  }
}

/** The statements that leave what exists as it is, whatever they ask for. */
function createsIfMissing(file: BundleFile): readonly Statement[] {
  return statementsOf(file).filter(
    ({ node }) =>
      ("IndexStmt" in node && node.IndexStmt.if_not_exists === true) ||
      ("CreateTableAsStmt" in node && node.CreateTableAsStmt.if_not_exists === true),
  );
}

/**
 * Drops what a changed file would leave as it is because of `if not exists`: an index that is not the one that the file asks
 * for, and a materialized view of this file, whose query may be another.
 */
async function dropOtherDefinitions(file: BundleFile, context: RepeatableContext): Promise<void> {
  const { session, history } = context;
  const former = new Set((history.get(file.path)?.objects ?? []).map(objectKey));
  for (const statement of createsIfMissing(file)) {
    const { node } = statement;
    if ("IndexStmt" in node) {
      const found = await existingIndex(session, node.IndexStmt);
      const text = textOf(file, statement);
      const question = { text, statement: node.IndexStmt, inTransaction: true };
      if (found === undefined || (await isAskedFor(session, { ...question, oid: found.oid }))) continue;
      await session.execute(`drop index ${found.name}`);
    } else {
      const own = declarations(node).filter((object) => former.has(objectKey(object)));
      await dropIfFree(own, context);
    }
  }
}

/** Drops what cannot be replaced in place, so that the file's plain `create` can run again. */
function dropsBefore(declared: readonly Declaration[]): string[] {
  return declared
    .filter((object) => !object.replaceable)
    .flatMap((object) => dropStatement(object) ?? [])
    .reverse();
}

/** What is sent to run a file, and how much of it comes before the file's own text. */
function messageOf(
  file: BundleFile,
  drops: readonly string[],
  { session, leftOut }: RepeatableContext,
): FileMessage {
  const before = ["savepoint repeatable", ...drops, ...leftOut.dropsBefore(file)];
  const prefix: Prefix = { text: `${before.join("; ")}; `, statements: before.length };
  const reset = mayChangeSettings(file) ? `${session.settings};` : "";
  const text = leftOut.textOf(file, executedText(file));
  return { text: `${prefix.text}${text};${reset} release savepoint repeatable`, prefix };
}

async function runFile(
  file: BundleFile,
  drops: readonly string[],
  context: RepeatableContext,
  send?: () => Promise<void>,
): Promise<void> {
  const { session } = context;
  const message = messageOf(file, drops, context);
  try {
    await (send === undefined ? sendFile(file, message, context) : send());
  } catch (error) {
    const fault = fileFailure(file, error, message.prefix, session.blocker);
    if (fault instanceof SqlFileError && !isUnparsed(error))
      await session.execute("rollback to savepoint repeatable");
    throw fault;
  }
}

/** What a rebuild drops, with all that depends on it, before the file runs. */
interface Replacement {
  /** Objects of an earlier run whose place the file's own objects take. */
  readonly former: readonly OwnedObject[];
  /** Objects that the file declares and the server cannot replace in place. */
  readonly replaced: readonly Declaration[];
  /** Why the server could not. */
  readonly cause?: SqlFileError;
}

/**
 * Drops objects with all that depends on them, runs the file, then runs the files again whose objects went, and recreates
 * the rest from what the catalog said of it. Refuses where something could not be recreated.
 */
async function rebuild(
  file: BundleFile,
  { former, replaced, cause }: Replacement,
  context: RepeatableContext,
): Promise<AlsoRan> {
  const { session } = context;
  await session.execute("savepoint rebuild");
  const before = await readCatalogInTransaction(session.work);
  const { objects, owners } = await ownershipOf(session, context.local, before);
  const cascades = [...replaced, ...former].flatMap((object) => dropStatement(object, "cascade") ?? []);
  const others = replaced.length > 0 ? [] : dropsBefore(declarationsOf(file));
  try {
    await runFile(file, [...cascades.reverse(), ...others], context);
  } catch (error) {
    await session.execute("rollback to savepoint rebuild");
    // The same fault again: dropping did not help, so the first message is the true one.
    const isSame = error instanceof SqlFileError && error.sqlState === cause?.sqlState;
    throw isSame ? cause : error;
  }
  const own = new Set((objects.get(file) ?? []).flatMap((object) => object.identity ?? []));
  for (const { identity } of former) if (identity !== undefined) own.add(identity);
  const restoring = restoreLost(session, before.catalog, own, owners, {
    runFiles: async (files) => {
      const all = withFollowers(files, context);
      await runAgain(all, context);
      // The others have their own turn, too.
      return all.filter((one) => files.includes(one) || !context.open.has(one.path));
    },
    isChanged: (one) => isChanged(one, context),
    mayStateLater: statedByChanged(context),
  });
  const again = await restoring.catch(async (error: unknown) => {
    if (error instanceof SqlFileError) await session.execute("rollback to savepoint rebuild");
    throw error;
  });
  if (again.lost.length > 0) {
    await session.execute("rollback to savepoint rebuild");
    throw new UserError(
      [
        cause?.message ?? `${file.display} replaces ${former.map(nameOf).join(", ")}.`,
        "  It has to be dropped and created again, and with it would go what cannot be recreated:",
        ...again.lost.map((identity) => `    ${identity}`),
        "  Drop or change these in a migration first.",
      ].join("\n"),
    );
  }
  await session.execute("release savepoint rebuild");
  return again;
}

/** Runs files whose objects went with another; those that need each other wait for each other. */
async function runAgain(files: readonly BundleFile[], context: RepeatableContext): Promise<void> {
  let waiting = [...files];
  while (waiting.length > 0) {
    const stuck: StuckFile[] = [];
    for (const file of waiting) {
      try {
        await runFile(file, dropsBefore(declarationsOf(file)), context);
      } catch (error) {
        if (!isNotThereYet(error)) throw error;
        stuck.push({ file, fault: error });
      }
    }
    if (stuck.length > 0 && stuck.length === waiting.length)
      throw rootFault(stuck, (file) => dependenciesOf(file, context));
    waiting = stuck.map(({ file }) => file);
  }
}

/** The files with those that state something which goes when they run again, but for changed ones whose turn is to come. */
function withFollowers(files: readonly BundleFile[], context: RepeatableContext): readonly BundleFile[] {
  if (files.length === 0) return files;
  const { local, history } = context;
  const links = fileLinks(local);
  const all: BundleFile[] = [];
  for (const file of inOrder(local, dependenciesBetween(local, history, links))) {
    const isNext = !isChanged(file, context) && all.some((earlier) => links.follows(file, earlier));
    if (files.includes(file) || isNext) all.push(file);
  }
  return all;
}

/** Whether a file says something new that has not run yet. */
function isChanged({ path, sha256 }: BundleFile, { history, done }: RepeatableContext): boolean {
  return !done.has(path) && history.get(path)?.sha256 !== sha256;
}

/** Answers whether a changed file whose turn is to come may state something of an object. */
function statedByChanged(context: RepeatableContext): (identity: string) => boolean {
  const coming = context.local.filter((file) => context.open.has(file.path) && isChanged(file, context));
  const statements = coming.flatMap((file) => statingStatements(file));
  const index = new StatementIndex(statements);
  const isAnything = statements.some(({ isDynamic }) => isDynamic);
  return (identity) => isAnything || index.statementsAbout(identity).length > 0;
}

function dependenciesOf(file: BundleFile, { history }: RepeatableContext): readonly string[] {
  return [...file.dependsOn, ...(history.get(file.path)?.dependsOn ?? [])];
}
