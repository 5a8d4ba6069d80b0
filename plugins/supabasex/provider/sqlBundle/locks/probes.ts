import type { Node } from "libpg-query";
import type { BundleFile } from "../source/files";
import { actsOnUnnamed, executedText, type Statement, statementsOf } from "../source/statements";
import type { ProbeQueries } from "./probeQueries";
import type { Relations } from "./relations";

/** The positions of probes in the text that is sent for a file. */
export interface Inserted {
  /** The server's results, in order: the index of one of the file's statements, or `undefined` for a probe. */
  readonly order: readonly (number | undefined)[];
  /** Positions in the file's text, in characters as PostgreSQL counts, and how many were inserted there. */
  readonly places: readonly { readonly at: number; readonly length: number }[];
}

/** A file's text with probes between its statements. */
export interface ProbedText {
  readonly text: string;
  readonly inserted: Inserted;
  /** Index of the statement before each probe; -1 for the first one, before the file. */
  readonly after: readonly number[];
}

/** Statements that lock no existing table, regardless of their text. */
const harmless: ReadonlySet<string> = new Set([
  "CreateFunctionStmt",
  "AlterFunctionStmt",
  "CreateSchemaStmt",
  "GrantStmt",
  "GrantRoleStmt",
  "CreateRoleStmt",
  "AlterRoleStmt",
  "AlterDefaultPrivilegesStmt",
  "VariableSetStmt",
  "CreateEnumStmt",
  "AlterEnumStmt",
  "CreateExtensionStmt",
]);

/** Statements that may lock tables without naming them. */
const sweeping: ReadonlySet<string> = new Set([
  "DropOwnedStmt",
  "ReassignOwnedStmt",
  "AlterDomainStmt",
  "AlterExtensionStmt",
  "AlterExtensionContentsStmt",
]);

/** Probes take time: in a file with more statements, those about rows have none. */
const maxProbes = 200;
const changesRows: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
]);

/**
 * Returns a file's text with a probe before it and after each statement that may lock an existing relation; `undefined`
 * if none may. A probe is a query that returns what the transaction has locked, read and rewritten so far. The one
 * before the file only returns the time: what was locked before is known from the previous probe.
 */
export function probedText(
  file: BundleFile,
  relations: Relations,
  queries: ProbeQueries,
): ProbedText | undefined {
  const statements = statementsOf(file);
  const all = statements.map((statement) => mayLock(file, statement, relations));
  if (!all.includes(true)) return undefined;
  const isMany = all.filter((isProbed) => isProbed).length > maxProbes;
  const isProbed = all.map((one, at) => one && !(isMany && changesRows.has(statements[at]?.kind ?? "")));
  const source = executedText(file);
  const first = `${queries.clock};\n`;
  const order: (number | undefined)[] = [undefined];
  const places = [{ at: 0, length: first.length }];
  const after = [-1];
  let text = first;
  let end = 0;
  let characters = 0;
  for (const [at, statement] of statements.entries()) {
    const piece = source.slice(end, statement.end);
    text += piece;
    end = statement.end;
    characters += [...piece].length;
    order.push(at);
    if (isProbed[at] !== true) continue;
    // A block with an exception handler, and what was rolled back, may have read a table and released its lock.
    const { node, kind, start } = statement;
    const isWhole = kind === "TransactionStmt" || actsOnUnnamed(node, file.text.slice(start, statement.end));
    // On a separate line, because the statement may end in a comment.
    const insertion = `\n;${isWhole ? queries.whole : queries.locks}`;
    text += insertion;
    places.push({ at: characters, length: insertion.length });
    order.push(undefined);
    after.push(at);
  }
  return { text: text + source.slice(end), inserted: { order, places }, after };
}

function mayLock(file: BundleFile, { kind, node, start, end }: Statement, relations: Relations): boolean {
  if (harmless.has(kind) || insertsValues(node)) return false;
  if ("TransactionStmt" in node) return node.TransactionStmt.kind === "TRANS_STMT_ROLLBACK_TO";
  const text = file.text.slice(start, end);
  if (sweeping.has(kind) || actsOnUnnamed(node, text)) return true;
  // Tables of the type change with it.
  if ("AlterTableStmt" in node && node.AlterTableStmt.objtype === "OBJECT_TYPE") return true;
  if ("DropStmt" in node) {
    const { behavior, removeType } = node.DropStmt;
    // An extension owns tables.
    if (behavior === "DROP_CASCADE" || removeType === "OBJECT_EXTENSION") return true;
  }
  return relations.isMentionedIn(text);
}

/** Returns whether a statement inserts rows from its text: it reads no table and blocks no session. */
function insertsValues(node: Node): boolean {
  if (!("InsertStmt" in node)) return false;
  const source = node.InsertStmt.selectStmt;
  return source === undefined || ("SelectStmt" in source && source.SelectStmt.valuesLists !== undefined);
}

/** Returns the index of a file's statement that the server was running when it had returned this number of results. */
export function statementAt(completed: number, inserted: Inserted | undefined): number {
  if (inserted === undefined || completed < 0) return completed;
  for (let at = completed; at < inserted.order.length; at++) {
    const statement = inserted.order[at];
    if (statement !== undefined) return statement;
  }
  return inserted.order.length;
}

/** Returns the position in the file's text of a position in the sent text, both in characters. */
export function characterAt(character: number, inserted: Inserted | undefined): number {
  let rest = character;
  let found = character;
  for (const { at, length } of inserted?.places ?? []) {
    if (rest - length < at) break;
    rest -= length;
    found = rest;
  }
  return inserted === undefined ? character : found;
}
