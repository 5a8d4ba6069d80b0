import { escapeControls, escapeInNames } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import { parentIdentities, partsOfIdentity, readCatalogInTransaction } from "../../catalog";
import { dropStatement } from "../../catalog/objects";
import type { OwnedObject } from "../../history/history";
import { ownershipOf } from "../../history/ownership";
import { runRepairs } from "../../repair/restore";
import { type Declaration, declarationsOf } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { actsOnUnnamedObjects } from "../../source/mentions";
import { statingStatements } from "../../source/statedFacts";
import { statementsOf } from "../../source/statements";
import { fileLinks } from "../plan/fileLinks";
import { inOrder } from "../plan/fileOrder";
import { dependenciesBetween } from "../plan/planRepeatables";
import { StatementIndex } from "../statements/statedObjects";
import type { RepeatableContext } from "./context";
import { nameOf } from "./orphans";
import { restoreLost } from "./rebuild";
import { dropsBefore, runAgain, runFile } from "./runRepeatable";
import { storedSettings } from "./storedSettings";
import { withoutRows } from "./withoutRows";

/** What a rebuild drops, with everything that depends on it, before the file runs. */
interface Replacement {
  /** Objects of an earlier run that the file's own objects replace. */
  readonly former: readonly OwnedObject[];
  /** Objects that the file declares and the server cannot replace in place. */
  readonly replaced: readonly Declaration[];
  /** Why the server could not. */
  readonly cause?: SqlFileError;
}

/** What else ran with a file. */
export interface AlsoRan {
  /** Files that had to run again because their objects depended on something that this one replaced. */
  readonly files: readonly BundleFile[];
  /** Identities that were dropped and recreated with them. */
  readonly recreated: readonly string[];
}

/**
 * Drops objects with everything that depends on them, runs the file, then runs the files again whose objects were
 * dropped, and recreates the rest from its catalog entries. Refuses if something could not be recreated.
 */
export async function rebuild(
  file: BundleFile,
  { former, replaced, cause }: Replacement,
  context: RepeatableContext,
): Promise<AlsoRan> {
  const { session } = context;
  await session.execute("savepoint rebuild");
  const before = await readCatalogInTransaction(session.work);
  const { objects, owners } = await ownershipOf(session, context.local, before);
  const settings = await storedSettings(session, before.catalog);
  const restorable = await withoutRows(session, before.catalog);
  const cascades = [...replaced, ...former].flatMap((object) => dropStatement(object, "cascade") ?? []);
  const others = replaced.length > 0 ? [] : dropsBefore(file, context);
  try {
    await runFile(file, [...cascades.reverse(), ...others], context);
  } catch (error) {
    await session.execute("rollback to savepoint rebuild");
    // The same error again: dropping did not help, so the first message is the correct one.
    const isSame = error instanceof SqlFileError && error.sqlState === cause?.sqlState;
    throw isSame ? cause : error;
  }
  const own = new Set((objects.get(file) ?? []).flatMap((object) => object.identity ?? []));
  for (const { identity } of former) if (identity !== undefined) own.add(identity);
  const obsolete = new Set(context.obsolete.flatMap(({ identity }) => identity ?? []));
  for (const identity of obsolete) own.add(identity);
  for (const identity of Object.keys(before.catalog)) {
    const { kind, parent = "" } = partsOfIdentity(identity);
    // A domain has the constraints of its statement. A view that no file creates any more is not recreated with its columns.
    if (kind === "constraint" && own.has(`type ${parent}`)) own.add(identity);
    if (kind === "column" && parentIdentities(parent).some((one) => obsolete.has(one))) own.add(identity);
  }
  const restoring = restoreLost(
    session,
    restorable,
    { by: file, own, owners },
    {
      runFiles: async (files) => {
        const all = withFollowers(files, context);
        await runAgain(all, context);
        // The others run later.
        return all.filter((one) => files.includes(one) || !context.open.has(one.path));
      },
      isChanged: (one) => isChanged(one, context),
      mayStateLater: statedByChanged(context),
    },
  );
  const rollBack = async (error: unknown) => {
    if (error instanceof SqlFileError) await session.execute("rollback to savepoint rebuild");
    throw error;
  };
  const again = await restoring.catch(rollBack);
  // A file sets those of its own views.
  const fromCatalog = again.recreated.filter((identity) => !owners.has(identity));
  const refused = await runRepairs(
    session,
    settings.filter(({ identity }) => fromCatalog.includes(identity)),
  );
  if (again.lost.length > 0) {
    await session.execute("rollback to savepoint rebuild");
    throw new UserError(
      [
        cause?.message ??
          `${file.display} replaces ${former.map((object) => escapeControls(nameOf(object))).join(", ")}.`,
        "  It has to be dropped and recreated, but these depend on it and cannot be recreated:",
        ...again.lost.map((identity) => `    ${escapeControls(identity)}`),
        "  Drop or change these in a migration first.",
      ].join("\n"),
    );
  }
  if (fromCatalog.length > 0) await sweepAgain([file, ...again.files], context).catch(rollBack);
  await session.execute("release savepoint rebuild");
  // The object itself is there again, and stores and returns the same rows.
  for (const { identity, statement, message } of refused) {
    const what = `${escapeControls(identity)} was recreated without one of its settings, which the server refuses`;
    context.notice("WARNING", `${file.display}: ${what}: ${escapeInNames(statement)}\n  ${message}`);
  }
  return again;
}

/**
 * Runs files again, in the same order, if one of them acts on objects that it does not name, such as all tables of a schema: what
 * was recreated from the catalog did not exist when they ran. Something may depend on what the server cannot replace in place, and
 * code and changes of rows may not be repeatable, so files with those do not run again.
 */
async function sweepAgain(files: readonly BundleFile[], context: RepeatableContext): Promise<void> {
  if (!files.some(actsOnUnnamedObjects)) return;
  const isRepeatable = (file: BundleFile) =>
    statementsOf(file).every(({ node }) => Object.keys(node).some((kind) => repeatable.has(kind))) &&
    declarationsOf(file).every((object) => object.replaceable || withoutDependents.has(object.class));
  if (files.every(isRepeatable)) await runAgain(files, { ...context, notice: () => {} });
}

/** Statements that have the same effect a second time, if the objects that they create are dropped before. */
const repeatable: ReadonlySet<string> = new Set([
  "AlterOwnerStmt",
  "CommentStmt",
  "CreateEventTrigStmt",
  "CreateFunctionStmt",
  "CreatePolicyStmt",
  "CreateTrigStmt",
  "DropStmt",
  "GrantStmt",
  "RuleStmt",
  "VariableSetStmt",
  "ViewStmt",
]);

/** Kinds of objects on which nothing can depend. */
const withoutDependents: ReadonlySet<string> = new Set([
  "cron job",
  "event trigger",
  "policy",
  "publication",
  "rule",
  "trigger",
]);

/**
 * Returns the files with those that state properties which are lost when they run again, except changed ones that run
 * later.
 */
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

/** Returns whether a changed file has not run yet. */
export function isChanged({ path, sha256 }: BundleFile, { history, done }: RepeatableContext): boolean {
  return !done.has(path) && history.get(path)?.sha256 !== sha256;
}

/** Returns a predicate that tells whether a changed file that runs later may state something about an object. */
function statedByChanged(context: RepeatableContext): (identity: string) => boolean {
  const coming = context.local.filter((file) => context.open.has(file.path) && isChanged(file, context));
  const statements = coming.flatMap((file) => statingStatements(file));
  const index = new StatementIndex(statements);
  const isAnything = statements.some(({ isDynamic }) => isDynamic);
  return (identity) => isAnything || index.statementsAbout(identity).length > 0;
}
