import { sqlStates } from "../../../../../../foundation/sqlStates";
import { SqlFileError, type SqlFileIssue } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { hasCode, mentions } from "../../source/mentions";
import { statementsOf } from "../../source/statements";
import { targetsOf } from "../run/outsideTargets";
import { exceedsLimit } from "../send/advice";
import { needsEarlierCommit, WorksOnlyHere } from "./stopped";

/** A file that a dry run leaves out, and the reason as the end of a sentence. */
export interface SkippedFile {
  readonly file: BundleFile;
  readonly why: string;
}

/** The server's messages about missing objects. */
const missing: ReadonlySet<string> = new Set([
  sqlStates.undefinedTable,
  sqlStates.undefinedColumn,
  sqlStates.undefinedObject,
  sqlStates.undefinedFunction,
  sqlStates.invalidSchemaName,
  sqlStates.undefinedParameter,
]);

/**
 * Returns why a dry run, which commits nothing, cannot judge a file that failed in it; `undefined` if the file itself
 * is wrong. A deployment commits earlier files if that helps, so it may apply the file.
 */
export function reasonToSkip(error: unknown, skipped: readonly SkippedFile[]): string | undefined {
  if (needsEarlierCommit(error)) return "it needs what an earlier file of this deployment commits";
  if (error instanceof SqlFileError && exceedsLimit(error))
    return "one of its statements runs longer than sql.dryRunStatementTimeoutSeconds";
  if (!(error instanceof SqlFileError)) return undefined;
  const maker = makerOf(error.issue, skipped) ?? skipped.find(({ file }) => mayPreventError(file, error));
  return maker === undefined ? undefined : `it needs what ${maker.file.path} creates`;
}

/** Returns the file that fails without the manual changes, if that may be because the dry run left out another one. */
export function needingSkipped(error: unknown, skipped: readonly SkippedFile[]): SkippedFile | undefined {
  const cause = error instanceof WorksOnlyHere ? error.cause : undefined;
  const why = reasonToSkip(cause, skipped);
  return cause instanceof SqlFileError && why !== undefined ? { file: cause.file, why } : undefined;
}

/** Returns the skipped file that may create the missing object; `undefined` if there is none, or for another error. */
export function makerOf(
  { message, sqlState = "" }: Pick<SqlFileIssue, "message" | "sqlState">,
  skipped: readonly SkippedFile[],
): SkippedFile | undefined {
  if (!missing.has(sqlState)) return undefined;
  const names = namesIn(message);
  return (
    skipped.find(({ file }) => names.some((name) => mentions(file, name))) ??
    skipped.find(({ file }) => hasCode(file))
  );
}

/** SQLSTATEs of errors that a new unique index prevents: `on conflict` and foreign keys need one. */
const preventedByIndex = [sqlStates.invalidColumnReference, sqlStates.invalidForeignKey];
/** A dropped index no longer has its name, and refuses no rows. */
const preventedByDrop = [sqlStates.duplicateTable, sqlStates.uniqueViolation];
/** A detached partition leaves its bounds. */
const preventedByDetachment = [
  sqlStates.invalidObjectDefinition,
  sqlStates.wrongObjectType,
  sqlStates.checkViolation,
];
const preventedByCode: ReadonlySet<string> = new Set([
  ...preventedByIndex,
  ...preventedByDrop,
  ...preventedByDetachment,
]);

/**
 * Returns whether a skipped file may prevent an error in a later one. A statement outside of a transaction may if the
 * later file names the same object, and a block or a procedure may do anything.
 */
function mayPreventError(left: BundleFile, { file, sqlState = "" }: SqlFileError): boolean {
  if (hasCode(left)) return preventedByCode.has(sqlState);
  const node = left.noTransaction ? statementsOf(left)[0]?.node : undefined;
  if (node === undefined || !targetsOf(node).some(({ name }) => mentions(file, name))) return false;
  if ("IndexStmt" in node) return node.IndexStmt.unique === true && preventedByIndex.includes(sqlState);
  if ("DropStmt" in node) return preventedByDrop.includes(sqlState);
  return "AlterTableStmt" in node && preventedByDetachment.includes(sqlState);
}

/** Returns the bare names in a message of the server: `relation "shared.mood" does not exist` → `mood`. */
function namesIn(message: string): string[] {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  const routine = /^(?:function|procedure|aggregate) ([^(]+)\(/.exec(message)?.[1];
  return [...quoted, ...(routine === undefined ? [] : [routine])].map(
    (name) => name.split(".").at(-1) ?? name,
  );
}
