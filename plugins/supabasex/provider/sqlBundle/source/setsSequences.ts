import { blockStatements } from "./blockStatements";
import type { BundleFile } from "./files";
import { actsOnUnnamed, type Statement, statementsOf, textOf } from "./statements";

/** Statements that run code of the database in passing: triggers, defaults, functions of views, a block's dynamic SQL. */
const runningHidden: ReadonlySet<string> = new Set([
  "ConstraintsSetStmt",
  "CreateTableAsStmt",
  "DeleteStmt",
  "ExplainStmt",
  "InsertStmt",
  "MergeStmt",
  "RefreshMatViewStmt",
  "TruncateStmt",
  "UpdateStmt",
]);

/** Statements whose purpose is to run code that they name. */
const running: ReadonlySet<string> = new Set(["CallStmt", "ExecuteStmt"]);

/**
 * What may set the position of a sequence in a way that no rollback undoes. `stated`: a call of `setval` or of a
 * function. `hidden`: only code that other statements run in passing. A `restart` is not such a way, because it gives the
 * sequence a new file node.
 */
export type SequenceEffect = "none" | "hidden" | "stated";

/** What a block that composes statements usually calls, and words that precede parentheses. */
const harmless: ReadonlySet<string> = new Set(
  "all any array coalesce concat count current_setting exists format in quote_ident quote_literal quote_nullable string_agg to_regclass to_regrole values".split(
    " ",
  ),
);

const known = new WeakMap<BundleFile, SequenceEffect>();

/** Returns the strongest effect of the file's statements. */
export function sequenceEffect(file: BundleFile): SequenceEffect {
  let effect = known.get(file);
  if (effect === undefined) {
    const effects = new Set(statementsOf(file).map((statement) => effectOf(file, statement)));
    effect = effects.has("stated") ? "stated" : effects.has("hidden") ? "hidden" : "none";
    known.set(file, effect);
  }
  return effect;
}

function effectOf(file: BundleFile, statement: Statement): SequenceEffect {
  const { kind, node } = statement;
  // The body of a function does not run now.
  if (kind === "CreateFunctionStmt" || kind === "CommentStmt") return "none";
  const text = textOf(file, statement);
  if (running.has(kind) || /\bsetval\b/i.test(text)) return "stated";
  if (runningHidden.has(kind)) return "hidden";
  if (kind !== "DoStmt") return actsOnUnnamed(node, text) ? "stated" : "none";
  if (blockStatements(node, text, file.serverMajor) !== undefined) return "none";
  return callsOnly(harmless, text) ? "hidden" : "stated";
}

/** Returns whether every name before a parenthesis is one of these. */
function callsOnly(names: ReadonlySet<string>, text: string): boolean {
  const calls = text.matchAll(/([\w."$]+)\s*\(/g);
  return !/\bcall\b/i.test(text) && [...calls].every(([, name = ""]) => names.has(name.toLowerCase()));
}
