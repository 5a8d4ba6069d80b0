import { sqlStates } from "../../../../../../foundation/sqlStates";
import type { Limits } from "../../inputs";
import { isCausedByOthers } from "../../session/retry";
import type { Session } from "../../session/session";
import { isDatabaseError, SqlFileError } from "../../source/errors";
import type { Migration } from "../../source/files";
import { executedText, statementsOf } from "../../source/statements";
import { keysOnCopy } from "../statements/indexDefinition";

/**
 * Returns why a unique index cannot be built outside of a transaction: two rows have the same key. Reads the table, as far
 * as a dry run may, and locks no writers. `undefined` if there are no such rows, or if this is unknown. The transaction is
 * open.
 */
export async function duplicateError(
  session: Session,
  file: Migration,
  { dryRunMaxTableMegabytes }: Limits,
): Promise<SqlFileError | undefined> {
  const [first] = statementsOf(file);
  if (first === undefined || !("IndexStmt" in first.node) || first.node.IndexStmt.unique !== true)
    return undefined;
  const statement = first.node.IndexStmt;
  const index = await keysOnCopy(session, { text: executedText(file), statement, inTransaction: true });
  if (index === undefined || index.megabytes > dryRunMaxTableMegabytes) return undefined;
  const { table, keys, collations, predicate, areNullsDistinct } = index;
  const conditions = [
    ...(predicate === null ? [] : [`(${predicate})`]),
    ...(areNullsDistinct ? keys.map((key) => `(${key}) is not null`) : []),
  ];
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  const isFound = await isAnyRow(
    session,
    `select from only ${table}${where} group by ${keys.map((key, at) => `(${key})${collations[at] ?? ""}`).join(", ")} having count(*) > 1 limit 1`,
  );
  if (!isFound) return undefined;
  return new SqlFileError({
    file,
    index: first.start,
    sqlState: sqlStates.uniqueViolation,
    message: `could not create unique index "${statement.idxname}"`,
    detail: `Rows have the same key (${keys.join(", ")}).`,
    hint: "Change or delete the duplicate rows in an earlier migration.",
  });
}

/** Returns whether the query finds a row; false if it fails, for instance because it takes too long. */
async function isAnyRow(session: Session, query: string): Promise<boolean> {
  await session.execute("savepoint duplicates");
  try {
    const { rowCount } = await session.work.query(query);
    return (rowCount ?? 0) > 0;
  } catch (error) {
    if (!isDatabaseError(error) || isCausedByOthers(error)) throw error;
    return false;
  } finally {
    await session.execute("rollback to savepoint duplicates; release savepoint duplicates");
  }
}
