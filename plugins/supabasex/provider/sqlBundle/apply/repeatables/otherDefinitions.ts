import { type Declaration, declarations, objectKey } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { type Statement, statementsOf, textOf } from "../../source/statements";
import { existingIndex } from "../send/skippedStatements";
import { isAskedFor } from "../statements/indexDefinition";
import { hasAskedQuery } from "../statements/materializedViewQuery";
import type { RepeatableContext } from "./context";
import { dropIfFree } from "./orphans";

/** Returns the statements that keep existing objects unchanged even if they differ. */
export function createsIfMissing(file: BundleFile): readonly Statement[] {
  return statementsOf(file).filter(
    ({ node }) =>
      ("IndexStmt" in node && node.IndexStmt.if_not_exists === true) ||
      ("CreateTableAsStmt" in node && node.CreateTableAsStmt.if_not_exists === true),
  );
}

/**
 * Drops what a changed file would not replace because of `if not exists`: an index that differs from the file's, and a
 * materialized view of this file, whose query may have changed. Returns the materialized views that have another query and cannot be
 * dropped, because something depends on them.
 */
export async function dropOtherDefinitions(
  file: BundleFile,
  context: RepeatableContext,
): Promise<readonly Declaration[]> {
  const { session, history } = context;
  const inUse: Declaration[] = [];
  const former = new Set((history.get(file.path)?.objects ?? []).map(objectKey));
  for (const statement of createsIfMissing(file)) {
    const { node } = statement;
    if ("IndexStmt" in node) {
      const found = await existingIndex(session, node.IndexStmt);
      const text = textOf(file, statement);
      const question = { text, statement: node.IndexStmt, inTransaction: true };
      if (found === undefined || (await isAskedFor(session, { ...question, oid: found.oid }))) continue;
      await session.execute(`drop index ${found.name}`);
    } else if ("CreateTableAsStmt" in node) {
      const own = declarations(node).filter((object) => former.has(objectKey(object)));
      for (const object of await dropIfFree(own, context)) {
        const question = {
          text: textOf(file, statement),
          statement: node.CreateTableAsStmt,
          name: object.name,
        };
        if (!(await hasAskedQuery(session, question))) inUse.push(object);
      }
    }
  }
  return inUse;
}
