import type { CreateStmt, DropStmt, Node, RangeVar, RenameStmt } from "libpg-query";
import type { HazardName } from "../../../hazards";
import { alterTable } from "./alterTable";
import { effectOn, type Foreseen, type ForeseenEffect, joined, namedByList, nothing } from "./foreseen";
import { type LockMode, modeNumbered } from "./modes";

/** Returns what a statement locks, reads and rewrites, as far as its text shows. Code that it calls may do anything. */
export function foresee(node: Node): Foreseen {
  if ("AlterTableStmt" in node) return alterTable(node.AlterTableStmt);
  if ("IndexStmt" in node) {
    const { relation, concurrent } = node.IndexStmt;
    const lock = concurrent === true ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    return { effects: effectOn(relation, { lock, scanned: true }), scanHazard: "index-build" };
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
      scanHazard: "index-build",
    };
  }
  if ("DropStmt" in node) return drop(node.DropStmt);
  if ("RenameStmt" in node) return rename(node.RenameStmt);
  if ("CreateStmt" in node) return createTable(node.CreateStmt);
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
    const lock = "SHARE ROW EXCLUSIVE";
    const { relation, constrrel } = node.CreateTrigStmt;
    return { effects: [...effectOn(relation, { lock }), ...effectOn(constrrel, { lock })] };
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
    return joined(
      (rels ?? []).flatMap((item) => {
        if (!("VacuumRelation" in item)) return [];
        const { relation } = item.VacuumRelation;
        return isFull ? rewriting(relation) : locking(relation, "SHARE UPDATE EXCLUSIVE");
      }),
    );
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
  const hazards: HazardName[] = condition === undefined ? ["row-changes"] : [];
  return { effects: effectOn(table, { lock: "ROW EXCLUSIVE", scanned: condition === undefined, hazards }) };
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

function onNames(names: readonly Node[], lock: LockMode): Foreseen {
  const relation = namedByList(names);
  return relation === undefined ? nothing : { effects: [{ relation, lock }] };
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

/** The effect of a drop for each kind, in addition to a lock on the object. */
const droppedHazards: Readonly<Record<string, HazardName[]>> = {
  OBJECT_TABLE: ["data-loss"],
  OBJECT_FOREIGN_TABLE: ["data-loss"],
  OBJECT_SEQUENCE: ["client-break"],
  OBJECT_VIEW: ["client-break"],
  OBJECT_MATVIEW: ["client-break"],
  OBJECT_INDEX: ["index-drop"],
};

function drop({ removeType, objects, concurrent }: DropStmt): Foreseen {
  const lists = (objects ?? []).flatMap((item) => ("List" in item ? [item.List.items ?? []] : []));
  const hazards = droppedHazards[removeType ?? ""];
  if (hazards !== undefined) {
    const lock = concurrent === true ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    const own = concurrent === true ? [] : hazards;
    return joined(
      lists.map((names) => {
        const relation = namedByList(names);
        return relation === undefined
          ? nothing
          : { effects: [{ relation, lock, onTable: lock, hazards: own }] };
      }),
    );
  }
  // The name of the object comes after that of its table.
  if (!["OBJECT_POLICY", "OBJECT_TRIGGER", "OBJECT_RULE"].includes(removeType ?? "")) return nothing;
  return joined(lists.map((names) => onNames(names.slice(0, -1), "ACCESS EXCLUSIVE")));
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
function createTable({ constraints, tableElts, inhRelations, partbound }: CreateStmt): Foreseen {
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
  return joined([parents, { effects: referred }]);
}
