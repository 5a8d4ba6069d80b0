import type { Node } from "libpg-query";

/**
 * Returns whether an `alter` computes values of existing rows or sets the position of a sequence, or a statement sets a
 * password. The catalog does not show whether that has happened. It shows a change of type without `using`, and a
 * column's default.
 */
export function changesRows(node: Node): boolean {
  if ("CreateRoleStmt" in node) return hasOption(node.CreateRoleStmt.options, "password");
  if ("AlterSeqStmt" in node) return hasOption(node.AlterSeqStmt.options, "restart");
  if (!("AlterTableStmt" in node)) return false;
  return (node.AlterTableStmt.cmds ?? []).some((command) => {
    if (!("AlterTableCmd" in command)) return false;
    const { subtype, def } = command.AlterTableCmd;
    if (def === undefined) return false;
    if (subtype === "AT_AlterColumnType")
      return "ColumnDef" in def && def.ColumnDef.raw_default !== undefined;
    return subtype === "AT_SetIdentity" && "List" in def && hasOption(def.List.items, "restart");
  });
}

function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return (options ?? []).some((option) => "DefElem" in option && option.DefElem.defname === name);
}
