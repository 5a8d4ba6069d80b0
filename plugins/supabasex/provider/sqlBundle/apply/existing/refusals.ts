import type { Node } from "libpg-query";

/** SQLSTATEs for an existing object: a table, view or index; a column; another object; a function; a schema. */
export const isThere: ReadonlySet<string> = new Set(["42P07", "42701", "42710", "42723", "42P06"]);

/**
 * SQLSTATEs for an object that does not exist, or is not what a statement changes: a table; a column; another object; a
 * function; a schema; a relation of another kind, such as a table that is a partition already; a column of another kind.
 */
export const isMissing: ReadonlySet<string> = new Set([
  "42P01",
  "42703",
  "42704",
  "42883",
  "3F000",
  "42809",
  "55000",
]);

/** SQLSTATEs for a `create or replace` of an object that cannot be replaced in this way: a routine; a view. */
const cannotReplace: ReadonlySet<string> = new Set(["42P13", "42P16"]);

/** Why a statement fails that may have been run manually before. */
export type Refusal = "exists" | "not replaceable" | "missing";

/**
 * Returns why the server refuses a statement; `undefined` if a manual run of the same statement does not explain it.
 *
 * @param isDynamic whether the failure is in code that the statement runs
 */
export function refusalOf(sqlState: string, node: Node, isDynamic: boolean): Refusal | undefined {
  if (isThere.has(sqlState) || isSecond(sqlState, node)) return "exists";
  if (cannotReplace.has(sqlState) && (isDynamic || replaces(node))) return "not replaceable";
  return isMissing.has(sqlState) ? "missing" : undefined;
}

function replaces(node: Node): boolean {
  return (
    ("CreateFunctionStmt" in node && node.CreateFunctionStmt.replace === true) ||
    ("ViewStmt" in node && node.ViewStmt.replace === true) ||
    ("DefineStmt" in node && node.DefineStmt.replace === true)
  );
}

/** Of what a table or column can have once, and the error of the server instead of one about an existing object. */
const onlyOnce: Readonly<Record<string, string>> = {
  "42P16": '"CONSTR_PRIMARY"',
  "55000": '"AT_AddIdentity"',
};

function isSecond(sqlState: string, node: Node): boolean {
  // The server does not check names and mappings of text search, so the index of its catalog does.
  if (sqlState === "23505") return "DefineStmt" in node || "AlterTSConfigurationStmt" in node;
  const part = onlyOnce[sqlState];
  return part !== undefined && JSON.stringify(node).includes(part);
}
