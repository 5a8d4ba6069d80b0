import type { Node, RangeVar } from "libpg-query";
import type { Migration } from "./files";
import { quote } from "./identifiers";
import { statementsOf } from "./statements";

export interface MadeObject {
  /** The name in the catalog. */
  readonly identity: string;
  readonly file: Migration;
}

/**
 * Returns what a series of migrations has created when all have run, as far as their text shows: schemas, tables,
 * views, policies, triggers, indexes and types that a later statement does not drop. This excludes routines, whose
 * identity only the server knows, and what dynamic SQL creates.
 */
export function madeByMigrations(migrations: readonly Migration[]): MadeObject[] {
  const made = new Map<string, MadeObject>();
  for (const file of migrations) {
    for (const { node } of statementsOf(file)) {
      for (const identity of created(node)) made.set(identity, { identity, file });
      for (const suffix of removed(node)) {
        for (const identity of made.keys()) {
          if (identity.endsWith(` ${suffix}`) || identity.includes(` ${suffix} `)) made.delete(identity);
        }
      }
    }
  }
  return [...made.values()];
}

function created(node: Node): string[] {
  if ("CreateSchemaStmt" in node) return [`schema ${quote(node.CreateSchemaStmt.schemaname)}`];
  if ("CreateStmt" in node && node.CreateStmt.relation?.relpersistence !== "t") {
    // The catalog does not list a partition as a separate object.
    if (node.CreateStmt.partbound !== undefined) return [];
    return named("table", node.CreateStmt.relation);
  }
  if ("ViewStmt" in node) return named("view", node.ViewStmt.view);
  if ("CreatePolicyStmt" in node) {
    const { policy_name, table } = node.CreatePolicyStmt;
    return named("policy", table).map((identity) => `${identity} ${quote(policy_name)}`);
  }
  if ("CreateTrigStmt" in node) {
    const { trigname, relation } = node.CreateTrigStmt;
    return named("trigger", relation).map((identity) => `${identity} ${quote(trigname)}`);
  }
  if ("IndexStmt" in node && node.IndexStmt.idxname !== undefined) {
    const { idxname, relation } = node.IndexStmt;
    return relation?.schemaname === undefined
      ? []
      : [`index ${quote(relation.schemaname)}.${quote(idxname)}`];
  }
  return [];
}

function named(kind: string, relation: RangeVar | undefined): string[] {
  return relation?.schemaname === undefined
    ? []
    : [`${kind} ${quote(relation.schemaname)}.${quote(relation.relname)}`];
}

/** Returns the names that a statement drops or renames. */
function removed(node: Node): string[] {
  if ("DropStmt" in node) {
    return (node.DropStmt.objects ?? []).map((object) => {
      const items = "List" in object ? (object.List.items ?? []) : [object];
      const parts = items.flatMap((item) => ("String" in item ? [quote(item.String.sval)] : []));
      return parts.length === 3 ? `${parts[0]}.${parts[1]} ${parts[2]}` : parts.join(".");
    });
  }
  if ("RenameStmt" in node || "AlterObjectSchemaStmt" in node) {
    const statement = "RenameStmt" in node ? node.RenameStmt : node.AlterObjectSchemaStmt;
    return named("", statement.relation).map((identity) => identity.trim());
  }
  return [];
}
