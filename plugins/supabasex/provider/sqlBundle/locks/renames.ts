import type { Node } from "libpg-query";
import { runsCode } from "../source/statements";
import { calledIn } from "./alterTable";
import type { Relations } from "./relations";

/** Renamed objects that are relations. A column is renamed in its table. */
const kinds: ReadonlySet<string> = new Set([
  "OBJECT_TABLE",
  "OBJECT_FOREIGN_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_INDEX",
]);

/** Adds a statement, and the new names of relations and columns in it. Call it for all statements in execution order. */
export function noteNames(node: Node, relations: Relations): void {
  const { relation, renameType, newname } =
    "RenameStmt" in node
      ? node.RenameStmt
      : "AlterObjectSchemaStmt" in node
        ? {
            relation: node.AlterObjectSchemaStmt.relation,
            renameType: node.AlterObjectSchemaStmt.objectType,
            newname: node.AlterObjectSchemaStmt.relation?.relname,
          }
        : {};
  const mayHideChanges = runsCode(node) || callsFunction(node) || renameType === "OBJECT_SCHEMA";
  relations.addStatement("AlterTableStmt" in node ? node.AlterTableStmt : node, mayHideChanges);
  const created = createdBy(node);
  if (created !== undefined) relations.giveName(created);
  if (renameType === "OBJECT_COLUMN" && newname !== undefined) relations.renameColumn(newname);
  if (newname === undefined || !kinds.has(renameType ?? "")) return;
  relations.giveName(newname);
  const found = relations.meantBy(relation);
  if (found !== undefined) relations.rename(found, newname);
}

/** Returns whether a query calls a function, which may rename anything. */
function callsFunction(node: Node): boolean {
  const isQuery =
    "SelectStmt" in node ||
    "InsertStmt" in node ||
    "UpdateStmt" in node ||
    "DeleteStmt" in node ||
    "MergeStmt" in node ||
    "CreateTableAsStmt" in node;
  return isQuery && calledIn(node).length > 0;
}

/** Returns the name of the table that a statement creates in any case. */
function createdBy(node: Node): string | undefined {
  if ("CreateStmt" in node && node.CreateStmt.if_not_exists !== true)
    return node.CreateStmt.relation?.relname;
  if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.if_not_exists !== true)
    return node.CreateTableAsStmt.into?.rel?.relname;
  return "SelectStmt" in node ? node.SelectStmt.intoClause?.rel?.relname : undefined;
}
