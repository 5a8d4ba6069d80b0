import type { Node } from "libpg-query";
import { sqlStates } from "../../../../../../foundation/sqlStates";

/** SQLSTATEs for an existing object: a table, view or index; a column; another object; a function; a schema. */
export const isThere: ReadonlySet<string> = new Set([
  sqlStates.duplicateTable,
  sqlStates.duplicateColumn,
  sqlStates.duplicateObject,
  sqlStates.duplicateFunction,
  sqlStates.duplicateSchema,
]);

/**
 * SQLSTATEs for an object that does not exist, or is not what a statement changes: a table; a column; another object; a
 * function; a schema; a relation of another kind, such as a table that is a partition already; a column of another kind.
 */
export const isMissing: ReadonlySet<string> = new Set([
  sqlStates.undefinedTable,
  sqlStates.undefinedColumn,
  sqlStates.undefinedObject,
  sqlStates.undefinedFunction,
  sqlStates.invalidSchemaName,
  sqlStates.wrongObjectType,
  sqlStates.objectNotInPrerequisiteState,
]);

/** SQLSTATEs for a `create or replace` of an object that cannot be replaced in this way: a routine; a view. */
const cannotReplace: ReadonlySet<string> = new Set([
  sqlStates.invalidFunctionDefinition,
  sqlStates.invalidTableDefinition,
]);

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
  [sqlStates.invalidTableDefinition]: '"CONSTR_PRIMARY"',
  [sqlStates.objectNotInPrerequisiteState]: '"AT_AddIdentity"',
};

function isSecond(sqlState: string, node: Node): boolean {
  // The server does not check names and mappings of text search, so the index of its catalog does.
  if (sqlState === sqlStates.uniqueViolation)
    return "DefineStmt" in node || "AlterTSConfigurationStmt" in node;
  const part = onlyOnce[sqlState];
  return part !== undefined && JSON.stringify(node).includes(part);
}
