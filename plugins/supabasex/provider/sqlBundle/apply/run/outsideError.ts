import { sqlStates } from "../../../../../../foundation/sqlStates";
import type { Catalog } from "../../catalog";
import type { Session } from "../../session/session";
import { isDatabaseError, SqlFileError } from "../../source/errors";
import type { BundleFile, Migration } from "../../source/files";
import { hasCode, mentions } from "../../source/mentions";
import { executedText, statementsOf } from "../../source/statements";
import { adviceFor } from "../send/advice";
import { isAskedFor, tryOnCopy } from "../statements/indexDefinition";
import { type OutsideStatement, outsideStatement } from "../statements/outsideStatement";
import { targetIssue, targetsOf } from "./outsideTargets";

/** The table, a column, or a function does not exist. */
const missing: ReadonlySet<string> = new Set([
  sqlStates.undefinedTable,
  sqlStates.undefinedColumn,
  sqlStates.undefinedFunction,
  sqlStates.undefinedObject,
]);

interface Circumstances {
  /** What the bundle has created. */
  readonly expected: Catalog;
  /** Whether a transaction is open. Default: no. */
  readonly inTransaction?: boolean;
}

/**
 * Returns why a migration that runs outside of a transaction would fail, as far as that is known without running it: an
 * existing index with another definition, a missing dependency, an object that does not exist or is of another kind.
 */
export async function outsideError(
  session: Session,
  file: Migration,
  { expected, inTransaction = false }: Circumstances,
): Promise<SqlFileError | undefined> {
  const [first] = statementsOf(file);
  if (first === undefined) return undefined;
  const { node, start: index } = first;
  const issue = await targetIssue(session, node);
  if (issue !== undefined) return new SqlFileError({ file, index, ...adviceFor(issue.sqlState), ...issue });
  const statement = outsideStatement(node);
  if (statement.index === undefined) return undefined;
  const found = await statement.look(session);
  // About an invalid one, the server's own error is better.
  if (found.state === "invalid") return undefined;
  const question = { text: executedText(file), statement: statement.index, inTransaction };
  if (found.oid !== 0) return await otherIndex(session, { file, statement, found, question }, expected);
  const error = await tryOnCopy(session, question);
  if (!isDatabaseError(error) || !missing.has(error.code)) return undefined;
  const { code: sqlState, message } = error;
  return new SqlFileError({ file, index, sqlState, message, ...adviceFor(sqlState) }, { cause: error });
}

/** Returns whether the statement of a migration may be about an object that one of the other files makes or changes. */
export function mayDependOn(file: Migration, others: readonly BundleFile[]): boolean {
  const node = statementsOf(file)[0]?.node;
  const names = node === undefined ? [] : targetsOf(node).map(({ name }) => name);
  return others.some((other) => hasCode(other) || names.some((name) => mentions(other, name)));
}

interface FoundIndex {
  readonly file: Migration;
  readonly statement: OutsideStatement;
  /** The existing object with the index's name. */
  readonly found: Awaited<ReturnType<OutsideStatement["look"]>>;
  readonly question: Parameters<typeof tryOnCopy>[1];
}

/**
 * Returns why an existing index prevents the one that a file asks for; `undefined` if it is the same, or was created
 * manually.
 */
async function otherIndex(
  session: Session,
  { file, statement: { index: asked }, found, question }: FoundIndex,
  expected: Catalog,
): Promise<SqlFileError | undefined> {
  if (asked === undefined) return undefined;
  const isSame = await isAskedFor(session, { ...question, oid: found.oid });
  const isOfBundle = expected[`index ${found.name}`] !== undefined;
  if (isSame && (asked.if_not_exists === true || !isOfBundle)) return undefined;
  return new SqlFileError({
    file,
    message: isSame
      ? `index ${found.name} already exists: an earlier migration creates it`
      : `index ${found.name} already exists with another definition`,
    ...(await definitionOf(session, found.oid)),
    hint: "Give the new index another name, or drop the existing one in an earlier migration.",
  });
}

/** Returns a description of an existing index, for an error. */
export async function definitionOf(session: Session, oid: number): Promise<{ readonly detail?: string }> {
  const { rows } = await session.work.query<{ definition: string }>(
    "select pg_get_indexdef(indexrelid) as definition from pg_index where indexrelid = $1",
    [oid],
  );
  return rows[0] === undefined ? {} : { detail: `Existing index: ${rows[0].definition}` };
}
