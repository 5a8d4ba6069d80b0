import type { Node, RangeVar } from "libpg-query";

/** A table, foreign table or sequence that a statement creates. No repeatable may declare one. */
export interface CreatedRelation {
  readonly kind: "foreign table" | "table" | "sequence";
  readonly relation: RangeVar | undefined;
}

/** Returns the table, foreign table or sequence that a statement creates. */
export function createdRelation(node: Node): CreatedRelation | undefined {
  if ("CreateForeignTableStmt" in node)
    return { kind: "foreign table", relation: node.CreateForeignTableStmt.base?.relation };
  if ("CreateStmt" in node) return { kind: "table", relation: node.CreateStmt.relation };
  if ("CreateSeqStmt" in node) return { kind: "sequence", relation: node.CreateSeqStmt.sequence };
  if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.objtype === "OBJECT_TABLE")
    return { kind: "table", relation: node.CreateTableAsStmt.into?.rel };
  return undefined;
}
