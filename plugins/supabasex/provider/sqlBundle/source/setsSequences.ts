import { blockStatements } from "./blockStatements";
import type { BundleFile } from "./files";
import { actsOnUnnamed, type Statement, statementsOf, textOf } from "./statements";

/** Statements that run triggers or functions, which may call `setval`. */
const running: ReadonlySet<string> = new Set([
  "CallStmt",
  "ConstraintsSetStmt",
  "CreateTableAsStmt",
  "DeleteStmt",
  "ExecuteStmt",
  "ExplainStmt",
  "InsertStmt",
  "MergeStmt",
  "RefreshMatViewStmt",
  "TruncateStmt",
  "UpdateStmt",
]);

const known = new WeakMap<BundleFile, boolean>();

/**
 * Returns whether the file may set the position of a sequence in a way that no rollback undoes: it calls `setval`, or
 * runs code that its text does not show. A `restart` is not such a way, because it gives the sequence a new file node.
 */
export function maySetSequences(file: BundleFile): boolean {
  let sets = known.get(file);
  if (sets === undefined) {
    sets = statementsOf(file).some((statement) => maySet(file, statement));
    known.set(file, sets);
  }
  return sets;
}

function maySet(file: BundleFile, statement: Statement): boolean {
  const { kind, node } = statement;
  // The body of a function does not run now.
  if (kind === "CreateFunctionStmt" || kind === "CommentStmt") return false;
  const text = textOf(file, statement);
  if (running.has(kind) || /\bsetval\b/i.test(text)) return true;
  if (kind === "DoStmt") return blockStatements(node, text, file.serverMajor) === undefined;
  return actsOnUnnamed(node, text);
}
