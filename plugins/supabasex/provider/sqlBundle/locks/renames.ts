import type { Node } from "libpg-query";
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

/** Adds the new name of an existing relation or column, if a statement renames one or moves a relation into another schema. */
export function noteRename(node: Node, relations: Relations): void {
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
  if (renameType === "OBJECT_COLUMN" && newname !== undefined) relations.renameColumn(newname);
  const found = relations.meantBy(relation);
  if (found === undefined || newname === undefined || !kinds.has(renameType ?? "")) return;
  relations.rename(found, newname);
}
