import type { AlterTableCmd, AlterTableStmt, Constraint, Node, RangeVar } from "libpg-query";
import { effectOn, type Foreseen, type ForeseenEffect, joined, namedByList, nothing } from "./foreseen";
import type { LockMode } from "./modes";
import type { Relation, Relations } from "./relations";

// According to PostgreSQL's AlterTableGetLockLevel; tests/plugins/supabasex/sqlBundle/locks compares it with real
// sessions.

/** Parts of `alter table` that take less than ACCESS EXCLUSIVE, regardless of their arguments. */
const weaker: Readonly<Record<string, LockMode>> = {
  AT_SetStatistics: "SHARE UPDATE EXCLUSIVE",
  AT_SetOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ResetOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ClusterOn: "SHARE UPDATE EXCLUSIVE",
  AT_DropCluster: "SHARE UPDATE EXCLUSIVE",
  AT_SetRelOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ResetRelOptions: "SHARE UPDATE EXCLUSIVE",
  AT_DetachPartitionFinalize: "SHARE UPDATE EXCLUSIVE",
  AT_EnableTrig: "SHARE ROW EXCLUSIVE",
  AT_EnableAlwaysTrig: "SHARE ROW EXCLUSIVE",
  AT_EnableReplicaTrig: "SHARE ROW EXCLUSIVE",
  AT_DisableTrig: "SHARE ROW EXCLUSIVE",
  AT_EnableTrigAll: "SHARE ROW EXCLUSIVE",
  AT_DisableTrigAll: "SHARE ROW EXCLUSIVE",
  AT_EnableTrigUser: "SHARE ROW EXCLUSIVE",
  AT_DisableTrigUser: "SHARE ROW EXCLUSIVE",
};

/** Options of tables, indexes and views that `alter … set (…)` changes under ACCESS EXCLUSIVE. */
const exclusiveOptions: ReadonlySet<string> = new Set([
  "buffering",
  "check_option",
  "fastupdate",
  "security_barrier",
  "security_invoker",
  "user_catalog_table",
]);

/** Parts that change nothing if the table has the property already. */
const idempotent: ReadonlySet<string> = new Set(["AT_SetLogged", "AT_SetAccessMethod", "AT_SetTableSpace"]);

/** Parts that always rewrite the table. */
const rewriting: ReadonlySet<string> = new Set([
  "AT_SetLogged",
  "AT_SetUnLogged",
  "AT_SetAccessMethod",
  "AT_SetTableSpace",
  "AT_SetExpression",
]);

/** Returns the effects of an `alter table`: the sum of its parts. */
export function alterTable(statement: AlterTableStmt, relations: Relations): Foreseen {
  if (statement.objtype === "OBJECT_TYPE") return nothing;
  const parts = (statement.cmds ?? []).flatMap((item) =>
    "AlterTableCmd" in item ? [partOf(statement, item.AlterTableCmd, relations)] : [],
  );
  return joined(parts);
}

function partOf(statement: AlterTableStmt, command: AlterTableCmd, relations: Relations): Foreseen {
  const { relation: table, objtype } = statement;
  const { subtype = "AT_AddColumn", def } = command;
  const own = (effect: Partial<ForeseenEffect> = {}) =>
    effectOn(table, { lock: weaker[subtype] ?? "ACCESS EXCLUSIVE", ...effect });
  switch (subtype) {
    case "AT_AddColumn":
      return addColumn(table, command, relations);
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def
        ? addConstraint(table, def.Constraint, relations)
        : nothing;
    case "AT_DropColumn": {
      const isMissing =
        command.missing_ok === true && isWithoutColumn(statement, command.name ?? "", relations);
      return { effects: own(isMissing ? {} : { hazards: ["data-loss"] }) };
    }
    case "AT_SetNotNull":
      return { effects: own({ scanned: true }), scanHazards: ["not-null-scan"], isUncertain: true };
    case "AT_ValidateConstraint":
      return { effects: own({ lock: "SHARE UPDATE EXCLUSIVE", scanned: true }) };
    case "AT_AttachPartition":
      // An index is attached if its definition fits: no rows are read.
      if (objtype === "OBJECT_INDEX")
        return {
          effects: [...own({ lock: "SHARE UPDATE EXCLUSIVE" }), ...partition(def, "ACCESS EXCLUSIVE")],
        };
      return attachPartition(table, def, relations);
    case "AT_DetachPartition": {
      const isConcurrent = def !== undefined && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
      if (isConcurrent) return { effects: own({ lock: "SHARE UPDATE EXCLUSIVE" }) };
      return { effects: [...own({ hazards: ["partition-detach"] }), ...partition(def, "ACCESS EXCLUSIVE")] };
    }
    case "AT_AlterColumnType":
      // If the type allows it, PostgreSQL only rebuilds the column's indexes, and verifies its checks again.
      return { effects: own({ rewritten: true }), scanHazards: ["table-rewrite"], isUncertain: true };
    case "AT_SetRelOptions":
    case "AT_ResetRelOptions":
      return { effects: own(hasExclusiveOption(def) ? { lock: "ACCESS EXCLUSIVE" } : {}) };
    default:
      return {
        // A sequence has one row.
        effects: own(rewriting.has(subtype) && objtype !== "OBJECT_SEQUENCE" ? { rewritten: true } : {}),
        isUncertain: idempotent.has(subtype),
      };
  }
}

function partition(def: Node | undefined, lock: LockMode, scanned = false): ForeseenEffect[] {
  return def !== undefined && "PartitionCmd" in def ? effectOn(def.PartitionCmd.name, { lock, scanned }) : [];
}

function hasExclusiveOption(def: Node | undefined): boolean {
  const options = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  return options.some((item) => "DefElem" in item && exclusiveOptions.has(item.DefElem.defname ?? ""));
}

function attachPartition(table: RangeVar | undefined, def: Node | undefined, relations: Relations): Foreseen {
  return {
    effects: [
      ...effectOn(table, { lock: "SHARE UPDATE EXCLUSIVE" }),
      ...partition(def, "ACCESS EXCLUSIVE", true),
      ...defaultPartition(table, relations),
    ],
    scanHazards: ["partition-scan"],
    isUncertain: true,
  };
}

/** Returns the effect on the default partition of a table that gets another one. */
export function defaultPartition(table: RangeVar | undefined, relations: Relations): ForeseenEffect[] {
  const relation = relations.get(relations.meantBy(table)?.defaultPartition ?? 0);
  return relation === undefined ? [] : [{ relation, lock: "ACCESS EXCLUSIVE", scanned: true }];
}

/**
 * Functions that return one value for all rows, and those that return one per row. For others, only the catalog knows.
 */
const stable: ReadonlySet<string> = new Set(["now", "transaction_timestamp", "statement_timestamp"]);
const volatile: ReadonlySet<string> = new Set([
  "clock_timestamp",
  "gen_random_uuid",
  "nextval",
  "random",
  "uuid_generate_v4",
  "uuidv7",
]);

function addColumn(
  table: RangeVar | undefined,
  { def, missing_ok: isOptional = false }: AlterTableCmd,
  relations: Relations,
): Foreseen {
  const column = def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
  const constraints = (column?.constraints ?? []).flatMap((item) =>
    "Constraint" in item ? [item.Constraint] : [],
  );
  const type = namedByList(column?.typeName?.names ?? []);
  const mayExist = isOptional && mayHaveColumn(table, column?.colname ?? "", relations);
  const isSerial = type !== undefined && /^(big|small)?serial[248]?$/.test(type.name);
  const isChecked = type !== undefined && relations.typeNamed(type.name, type.schema)?.isChecked === true;
  const hasDefault = constraints.some(({ contype }) => contype === "CONSTR_DEFAULT");
  const called = constraints
    .filter(({ contype }) => contype === "CONSTR_DEFAULT")
    .flatMap(({ raw_expr }) => calledIn(raw_expr))
    .filter((name) => !stable.has(name));
  const isRewritten =
    isSerial ||
    isChecked ||
    called.some((name) => volatile.has(name)) ||
    constraints.some(({ contype }) => contype === "CONSTR_GENERATED" || contype === "CONSTR_IDENTITY");
  const own = {
    effects: effectOn(table, {
      lock: "ACCESS EXCLUSIVE",
      rewritten: isRewritten || called.length > 0,
    }),
    isUncertain: mayExist || (!isRewritten && called.length > 0),
  };
  const others = constraints
    .filter(({ contype }) =>
      ["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY"].includes(contype ?? ""),
    )
    .map((constraint): Foreseen => {
      // All rows have null there, which references nothing.
      const isValid = constraint.contype === "CONSTR_FOREIGN" && !hasDefault;
      const own = isValid ? { ...constraint, skip_validation: true } : constraint;
      const added = addConstraint(table, own, relations);
      return mayExist ? { ...added, isUncertain: true } : added;
    });
  return joined([own, ...others]);
}

/** Returns whether a table has, or may have, a column. */
function mayHaveColumn(table: RangeVar | undefined, name: string, relations: Relations): boolean {
  const relation = relations.meantBy(table);
  return relation === undefined || (relations.hasColumn(relation, name) ?? true);
}

/** Returns whether the table of a statement certainly has no such column when the statement runs. */
function isWithoutColumn(statement: AlterTableStmt, name: string, relations: Relations): boolean {
  const { relation: table } = statement;
  if (table === undefined || !relations.isSameTable(statement, table)) return false;
  return !mayHaveColumn(table, name, relations);
}

/** Returns the tables to which a statement adds a column unless it exists, or from which it drops one if it exists. */
export function tablesWithOptionalColumns(node: Node, relations: Relations): Relation[] {
  const { relation, cmds } = "AlterTableStmt" in node ? node.AlterTableStmt : {};
  const isOptional = (cmds ?? []).some((item) => {
    if (!("AlterTableCmd" in item)) return false;
    const { subtype = "AT_AddColumn", missing_ok: mayExist } = item.AlterTableCmd;
    return (subtype === "AT_AddColumn" || subtype === "AT_DropColumn") && mayExist === true;
  });
  const found = isOptional ? relations.meantBy(relation) : undefined;
  return found === undefined ? [] : [found];
}

/** Returns the bare names of the functions that an expression or a statement calls. */
export function calledIn(expression: Node | undefined): string[] {
  const names: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === "object" && value !== null) {
      const call = (value as { FuncCall?: { funcname?: Node[] } }).FuncCall;
      const name = call?.funcname?.at(-1);
      if (name !== undefined && "String" in name) names.push(name.String.sval ?? "");
      for (const item of Object.values(value)) visit(item);
    }
  };
  visit(expression);
  return names;
}

function addConstraint(table: RangeVar | undefined, constraint: Constraint, relations: Relations): Foreseen {
  const { contype, skip_validation: isNotValid = false, indexname, pktable } = constraint;
  if (contype === "CONSTR_FOREIGN") {
    const lock = "SHARE ROW EXCLUSIVE";
    const scanned = !isNotValid;
    return {
      effects: [...effectOn(table, { lock, scanned }), ...effectOn(pktable, { lock, scanned })],
      scanHazards: ["foreign-key-scan"],
    };
  }
  if (contype === "CONSTR_PRIMARY" && indexname !== undefined) {
    // Unless its columns are already `not null`.
    const effects = effectOn(table, { lock: "ACCESS EXCLUSIVE", scanned: true });
    return { effects, scanHazards: ["not-null-scan"], isUncertain: true };
  }
  const isIndex =
    contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY" || contype === "CONSTR_EXCLUSION";
  // `only` a partitioned table builds no index.
  const isParentOnly = table?.inh !== true && relations.meantBy(table)?.kind === "p";
  const scanned = isIndex ? indexname === undefined && !isParentOnly : !isNotValid;
  return {
    effects: effectOn(table, { lock: "ACCESS EXCLUSIVE", scanned }),
    scanHazards: [isIndex ? "unique-build" : contype === "CONSTR_NOTNULL" ? "not-null-scan" : "check-scan"],
  };
}
