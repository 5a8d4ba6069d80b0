import type { Node, RangeVar } from "libpg-query";
import type { BundleFile } from "../../source/files";
import { quote } from "../../source/identifiers";
import { statementsOf } from "../../source/statements";

/**
 * Returns the identities of what the files create if it is missing: `create … if not exists` and `add column if not exists`.
 * The object of such a statement belongs to the bundle, even if another tool or person created it. Extensions are excluded,
 * because the platform has them before any file runs.
 */
export function statedIfMissing(files: readonly BundleFile[]): string[] {
  return files
    .filter(mayStateIfMissing)
    .flatMap((file) => statementsOf(file).flatMap(({ node }) => stated(node)));
}

const gap = String.raw`(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)+`;
const ifNotExists = new RegExp(String.raw`\bif${gap}not${gap}exists\b`, "i");

/** Returns whether the text of a file contains `if not exists`, possibly with comments between the words. */
export function mayStateIfMissing({ text }: BundleFile): boolean {
  return ifNotExists.test(text);
}

function stated(node: Node): string[] {
  if ("CreateStmt" in node && node.CreateStmt.if_not_exists === true) {
    return named("table", node.CreateStmt.relation);
  }
  if ("CreateSeqStmt" in node && node.CreateSeqStmt.if_not_exists === true) {
    return named("sequence", node.CreateSeqStmt.sequence);
  }
  if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.if_not_exists === true) {
    const kind = node.CreateTableAsStmt.objtype === "OBJECT_MATVIEW" ? "materialized view" : "table";
    return named(kind, node.CreateTableAsStmt.into?.rel);
  }
  if ("CreateSchemaStmt" in node && node.CreateSchemaStmt.if_not_exists === true) {
    return [`schema ${quote(node.CreateSchemaStmt.schemaname)}`];
  }
  if ("IndexStmt" in node && node.IndexStmt.if_not_exists === true) {
    const { idxname, relation } = node.IndexStmt;
    if (idxname === undefined || relation?.schemaname === undefined) return [];
    return [`index ${quote(relation.schemaname)}.${quote(idxname)}`];
  }
  if ("AlterTableStmt" in node) {
    const { relation, cmds } = node.AlterTableStmt;
    return (cmds ?? []).flatMap((command) => {
      if (!("AlterTableCmd" in command)) return [];
      const { subtype, missing_ok, def } = command.AlterTableCmd;
      if (subtype !== "AT_AddColumn" || missing_ok !== true) return [];
      if (def === undefined || !("ColumnDef" in def)) return [];
      return named("column", relation).map((name) => `${name} ${quote(def.ColumnDef.colname)}`);
    });
  }
  return [];
}

function named(kind: string, relation: RangeVar | undefined): string[] {
  if (relation?.schemaname === undefined) return [];
  return [`${kind} ${quote(relation.schemaname)}.${quote(relation.relname)}`];
}
