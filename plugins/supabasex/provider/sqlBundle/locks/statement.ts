import type {
  A_Const,
  AlterDomainStmt,
  CreateStmt,
  Node,
  RangeVar,
  RenameStmt,
  WithClause,
} from "libpg-query";
import type { HazardName } from "../../../hazards";
import { alterTable, defaultPartition } from "./alterTable";
import { drop } from "./drops";
import {
  effectOn,
  type Foreseen,
  type ForeseenEffect,
  joined,
  namedByList,
  nothing,
  onNames,
} from "./foreseen";
import { type LockMode, modeNumbered } from "./modes";
import { type Relations, withoutPartitions } from "./relations";

/** Returns what a statement locks, reads and rewrites, as far as its text shows. Code that it calls may do anything. */
export function foresee(node: Node, relations: Relations): Foreseen {
  const inside = commonTableExpressions(node).map((query) => foresee(query, relations));
  const own = foreseeOwn(node, relations);
  return inside.length === 0 ? own : joined([own, ...inside]);
}

function foreseeOwn(node: Node, relations: Relations): Foreseen {
  if ("AlterTableStmt" in node) return alterTable(node.AlterTableStmt, relations);
  if ("AlterDomainStmt" in node) return alterDomain(node.AlterDomainStmt, relations);
  if ("IndexStmt" in node) {
    const { relation, concurrent, if_not_exists: isOptional, idxname = "" } = node.IndexStmt;
    const lock = concurrent === true ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    // `on only` a partitioned table builds no index.
    const table = relations.meantBy(relation);
    const scanned = !(table?.kind === "p" && relation?.inh !== true);
    const exists = relations.named(idxname, table?.schema) !== undefined;
    return {
      effects: effectOn(relation, { lock, scanned }),
      scanHazards: ["index-build"],
      isUncertain: isOptional === true && exists,
    };
  }
  if ("ReindexStmt" in node) {
    const { relation, params } = node.ReindexStmt;
    const isConcurrent = hasOption(params, "concurrently");
    const onTable = isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    const isIndex = node.ReindexStmt.kind === "REINDEX_OBJECT_INDEX";
    // The index itself is locked against reads, and so are reads of the table that use it.
    const lock = isIndex && !isConcurrent ? "ACCESS EXCLUSIVE" : onTable;
    const hazards: HazardName[] = isConcurrent ? [] : ["index-build"];
    return {
      effects: effectOn(relation, { lock, onTable, scanned: true, hazards }),
      scanHazards: ["index-build"],
    };
  }
  if ("CreateTableAsStmt" in node) {
    const { query, into } = node.CreateTableAsStmt;
    // `with no data` does not run the query.
    return query === undefined || into?.skipData === true ? nothing : foresee(query, relations);
  }
  if ("DropStmt" in node) return drop(node.DropStmt, relations);
  if ("RenameStmt" in node) return rename(node.RenameStmt);
  if ("CreateStmt" in node) return createTable(node.CreateStmt, relations);
  if ("AlterObjectSchemaStmt" in node)
    return exclusive(node.AlterObjectSchemaStmt.relation, ["client-break"]);
  if ("TruncateStmt" in node)
    return {
      ...each(node.TruncateStmt.relations, (table) => exclusive(table, ["data-loss"])),
      empties: true,
    };
  if ("LockStmt" in node) {
    const lock = modeNumbered(node.LockStmt.mode);
    const isStrong = !["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"].includes(lock);
    const hazards: HazardName[] = isStrong ? ["explicit-lock"] : [];
    return each(node.LockStmt.relations, (table) => ({ effects: effectOn(table, { lock, hazards }) }));
  }
  if ("CreatePolicyStmt" in node) return exclusive(node.CreatePolicyStmt.table);
  if ("AlterPolicyStmt" in node) return exclusive(node.AlterPolicyStmt.table);
  if ("RuleStmt" in node) return exclusive(node.RuleStmt.relation);
  if ("ViewStmt" in node) return exclusive(node.ViewStmt.view);
  if ("CreateTrigStmt" in node) {
    return locking(node.CreateTrigStmt.relation, "SHARE ROW EXCLUSIVE");
  }
  if ("RefreshMatViewStmt" in node) {
    const { relation, concurrent } = node.RefreshMatViewStmt;
    if (concurrent === true) return { effects: effectOn(relation, { lock: "EXCLUSIVE" }) };
    const effects = effectOn(relation, { lock: "ACCESS EXCLUSIVE", rewritten: true });
    return { effects, rewriteHazard: "view-refresh" };
  }
  if ("ClusterStmt" in node) return rewriting(node.ClusterStmt.relation);
  if ("VacuumStmt" in node) {
    const { rels, options } = node.VacuumStmt;
    const isFull = hasOption(options, "full");
    const tables = (rels ?? []).flatMap((item) => {
      if (!("VacuumRelation" in item)) return [];
      const { relation } = item.VacuumRelation;
      return isFull ? rewriting(relation) : locking(relation, "SHARE UPDATE EXCLUSIVE");
    });
    return { ...joined(tables), isPerRelation: true };
  }
  if ("UpdateStmt" in node) return changing(node.UpdateStmt.relation, node.UpdateStmt.whereClause);
  if ("DeleteStmt" in node) return changing(node.DeleteStmt.relation, node.DeleteStmt.whereClause);
  if ("InsertStmt" in node) return locking(node.InsertStmt.relation, "ROW EXCLUSIVE");
  if ("MergeStmt" in node) return locking(node.MergeStmt.relation, "ROW EXCLUSIVE");
  if ("CommentStmt" in node) {
    const { objtype, object } = node.CommentStmt;
    if (object === undefined || !("List" in object)) return nothing;
    const items = object.List.items ?? [];
    const names = objtype === "OBJECT_TABLE" ? items : objtype === "OBJECT_COLUMN" ? items.slice(0, -1) : [];
    return onNames(names, "SHARE UPDATE EXCLUSIVE");
  }
  if ("AlterSeqStmt" in node) return locking(node.AlterSeqStmt.sequence, "SHARE ROW EXCLUSIVE");
  if ("CreateStatsStmt" in node)
    return each(node.CreateStatsStmt.relations, (table) => locking(table, "SHARE UPDATE EXCLUSIVE"));
  return nothing;
}

/** Returns a change of all rows, which are then locked. With a condition, the number is unknown. */
function changing(table: RangeVar | undefined, condition: Node | undefined): Foreseen {
  const scanned = condition === undefined || isAlwaysTrue(condition);
  const hazards: HazardName[] = scanned ? ["row-changes"] : [];
  return { effects: effectOn(table, { lock: "ROW EXCLUSIVE", scanned, hazards }) };
}

/** Returns whether a condition is `true`, or compares a constant with itself. */
function isAlwaysTrue(condition: Node): boolean {
  if ("A_Const" in condition) return condition.A_Const.boolval?.boolval === true;
  if (!("A_Expr" in condition)) return false;
  const { kind, name, lexpr, rexpr } = condition.A_Expr;
  const [operator] = name ?? [];
  const isEquality = operator !== undefined && "String" in operator && operator.String.sval === "=";
  if (kind !== "AEXPR_OP" || !isEquality || lexpr === undefined || rexpr === undefined) return false;
  return (
    "A_Const" in lexpr && "A_Const" in rexpr && constantText(lexpr.A_Const) === constantText(rexpr.A_Const)
  );
}

/** Returns a constant without its position in the text. */
function constantText({ location: _, ...constant }: A_Const): string {
  return JSON.stringify(constant);
}

/** Returns the statements in the `with` of a query, which may change rows. */
function commonTableExpressions(node: Node): Node[] {
  const [statement] = Object.values(node) as { withClause?: WithClause }[];
  return (statement?.withClause?.ctes ?? []).flatMap((item) =>
    "CommonTableExpr" in item ? (item.CommonTableExpr.ctequery ?? []) : [],
  );
}

function locking(table: RangeVar | undefined, lock: LockMode): Foreseen {
  return { effects: effectOn(table, { lock }) };
}

function exclusive(table: RangeVar | undefined, hazards: HazardName[] = []): Foreseen {
  return { effects: effectOn(table, { lock: "ACCESS EXCLUSIVE", hazards }) };
}

function rewriting(table: RangeVar | undefined): Foreseen {
  return { effects: effectOn(table, { lock: "ACCESS EXCLUSIVE", rewritten: true }) };
}

function each(relations: readonly Node[] | undefined, one: (table: RangeVar) => Foreseen): Foreseen {
  return joined((relations ?? []).flatMap((item) => ("RangeVar" in item ? [one(item.RangeVar)] : [])));
}

function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return (options ?? []).some((item) => {
    if (!("DefElem" in item) || item.DefElem.defname !== name) return false;
    const { arg } = item.DefElem;
    return !(arg !== undefined && "String" in arg && /^(false|off|0)$/i.test(arg.String.sval ?? ""));
  });
}

/** Returns the effects of a constraint on the tables with columns of a domain. Writers wait for them. */
function alterDomain({ subtype, typeName, def }: AlterDomainStmt, relations: Relations): Foreseen {
  const named = namedByList(typeName ?? []);
  const type = named && relations.typeNamed(named.name, named.schema);
  const isNotValid = def !== undefined && "Constraint" in def && def.Constraint.skip_validation === true;
  // C and V: adds or validates a constraint; O: sets `not null`.
  if (type === undefined || isNotValid || !["C", "V", "O"].includes(subtype ?? "")) return nothing;
  const tables = withoutPartitions(relations.tablesWith(type));
  return {
    effects: tables.map((relation) => ({ relation, lock: "SHARE", scanned: true })),
    isPerRelation: true,
    scanHazards: [subtype === "O" ? "not-null-scan" : "check-scan"],
  };
}

function rename({ renameType, relation }: RenameStmt): Foreseen {
  if (renameType === "OBJECT_INDEX") return locking(relation, "SHARE UPDATE EXCLUSIVE");
  const breaks = ["OBJECT_TABLE", "OBJECT_COLUMN", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE"];
  return exclusive(relation, breaks.includes(renameType ?? "") ? ["client-break"] : []);
}

/**
 * Returns the effects on the tables that a new table references, is a partition of, or inherits from. There are none on
 * the new table.
 */
function createTable(
  { constraints, tableElts, inhRelations, partbound }: CreateStmt,
  relations: Relations,
): Foreseen {
  const all = [...(constraints ?? []), ...(tableElts ?? [])].flatMap((item) => {
    if ("Constraint" in item) return [item.Constraint];
    const own = "ColumnDef" in item ? (item.ColumnDef.constraints ?? []) : [];
    return own.flatMap((inner) => ("Constraint" in inner ? [inner.Constraint] : []));
  });
  const referred: ForeseenEffect[] = all.flatMap(({ pktable }) =>
    effectOn(pktable, { lock: "SHARE ROW EXCLUSIVE" }),
  );
  const isPartition = partbound !== undefined;
  const parents = each(inhRelations, (parent) =>
    isPartition ? exclusive(parent, ["partition-detach"]) : locking(parent, "SHARE UPDATE EXCLUSIVE"),
  );
  const rest = each(isPartition ? inhRelations : [], (parent) => ({
    effects: defaultPartition(parent, relations),
    scanHazards: ["partition-scan"],
    isUncertain: true,
  }));
  return joined([parents, { effects: referred }, rest]);
}
