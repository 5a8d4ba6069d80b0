import type { Node } from "libpg-query";
import type { Catalog } from "../catalog";
import type { Session } from "../session/session";
import { isDatabaseError, SqlFileError } from "../source/errors";
import type { Migration } from "../source/files";
import { executedText, statementsOf } from "../source/statements";
import { isAskedFor, tryOnCopy } from "./indexDefinition";
import { type OutsideStatement, outsideStatement } from "./outsideStatement";

/** The table, a column, or a function does not exist. */
const missing: ReadonlySet<string> = new Set(["42P01", "42703", "42883", "42704"]);

/**
 * Returns why a migration that runs outside of a transaction would fail, as far as that is known without running it: an
 * existing index with another definition, a missing dependency, a drop of a missing object.
 *
 * @param expected what the bundle has created
 */
export async function outsideFault(
  session: Session,
  file: Migration,
  expected: Catalog,
): Promise<SqlFileError | undefined> {
  const [first] = statementsOf(file);
  if (first === undefined) return undefined;
  const { node, start: index } = first;
  const statement = outsideStatement(node);
  const found = await statement.look(session);
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") {
    if (found.oid !== 0 || node.DropStmt.missing_ok === true) return undefined;
    const message = `index "${nameOf(node.DropStmt.objects)}" does not exist`;
    return new SqlFileError({ file, index, sqlState: "42704", message });
  }
  if (statement.index?.idxname === undefined) return undefined;
  // About an invalid one, the server's own error is better.
  if (found.state === "invalid") return undefined;
  if (found.oid !== 0) return await otherIndex(session, { file, statement, found }, expected);
  const question = { text: executedText(file), statement: statement.index };
  const error = await tryOnCopy(session, question);
  if (!isDatabaseError(error) || !missing.has(error.code)) return undefined;
  return new SqlFileError({ file, index, sqlState: error.code, message: error.message }, { cause: error });
}

/** Returns the last part of the first name. */
function nameOf(objects: readonly Node[] | undefined): string {
  const [first] = objects ?? [];
  const last = first !== undefined && "List" in first ? first.List.items?.at(-1) : undefined;
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}

interface FoundIndex {
  readonly file: Migration;
  readonly statement: OutsideStatement;
  /** The existing object with the index's name. */
  readonly found: Awaited<ReturnType<OutsideStatement["look"]>>;
}

/**
 * Returns why an existing index prevents the one that a file asks for; `undefined` if it is the same, or was created
 * manually.
 */
async function otherIndex(
  session: Session,
  { file, statement: { index: asked }, found }: FoundIndex,
  expected: Catalog,
): Promise<SqlFileError | undefined> {
  if (asked === undefined) return undefined;
  const question = { text: executedText(file), statement: asked, oid: found.oid };
  const isSame = await isAskedFor(session, question);
  const isOfBundle = expected[`index ${found.name}`] !== undefined;
  if (isSame && (asked.if_not_exists === true || !isOfBundle)) return undefined;
  return new SqlFileError({
    file,
    message: isSame
      ? `index ${found.name} exists already: an earlier migration creates it`
      : `index ${found.name} exists already and is not the one that this statement asks for`,
    ...(await definitionOf(session, found.oid)),
    hint: "Give the new index another name, or drop the one that is there in an earlier migration.",
  });
}

/** Returns a description of an existing index, for an error. */
export async function definitionOf(session: Session, oid: number): Promise<{ readonly detail?: string }> {
  const { rows } = await session.work.query<{ definition: string }>(
    "select pg_get_indexdef(indexrelid) as definition from pg_index where indexrelid = $1",
    [oid],
  );
  return rows[0] === undefined ? {} : { detail: `There is: ${rows[0].definition}` };
}
