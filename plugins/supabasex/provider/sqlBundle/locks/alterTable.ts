import type { AlterTableCmd, AlterTableStmt, Constraint, Node, RangeVar } from "libpg-query";
import { effectOn, type Foreseen, type ForeseenEffect, joined, nothing } from "./foreseen";
import type { LockMode } from "./modes";

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

/** Parts that always rewrite the table. */
const rewriting: ReadonlySet<string> = new Set([
  "AT_SetLogged",
  "AT_SetUnLogged",
  "AT_SetAccessMethod",
  "AT_SetTableSpace",
  "AT_SetExpression",
  "AT_AlterColumnType",
]);

/** Returns the effects of an `alter table`: the sum of its parts. */
export function alterTable({ relation, cmds, objtype }: AlterTableStmt): Foreseen {
  if (objtype === "OBJECT_TYPE") return nothing;
  const parts = (cmds ?? []).flatMap((item) =>
    "AlterTableCmd" in item ? [partOf(relation, item.AlterTableCmd)] : [],
  );
  return joined(parts);
}

function partOf(table: RangeVar | undefined, command: AlterTableCmd): Foreseen {
  const { subtype = "AT_AddColumn", def } = command;
  const own = (effect: Partial<ForeseenEffect> = {}) =>
    effectOn(table, { lock: weaker[subtype] ?? "ACCESS EXCLUSIVE", ...effect });
  switch (subtype) {
    case "AT_AddColumn":
      return addColumn(table, def);
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def ? addConstraint(table, def.Constraint) : nothing;
    case "AT_DropColumn":
      return { effects: own({ hazards: ["data-loss"] }) };
    case "AT_SetNotNull":
      return { effects: own({ scanned: true }), scanHazard: "not-null-scan", isUncertain: true };
    case "AT_ValidateConstraint":
      return { effects: own({ lock: "SHARE UPDATE EXCLUSIVE", scanned: true }) };
    case "AT_AttachPartition":
      return attachPartition(table, def);
    case "AT_DetachPartition": {
      const isConcurrent = def !== undefined && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
      if (isConcurrent) return { effects: own({ lock: "SHARE UPDATE EXCLUSIVE" }) };
      return { effects: [...own({ hazards: ["partition-detach"] }), ...partition(def, "ACCESS EXCLUSIVE")] };
    }
    default:
      return {
        effects: own(rewriting.has(subtype) ? { rewritten: true } : {}),
        isUncertain: subtype === "AT_AlterColumnType",
      };
  }
}

function partition(def: Node | undefined, lock: LockMode, scanned = false): ForeseenEffect[] {
  return def !== undefined && "PartitionCmd" in def ? effectOn(def.PartitionCmd.name, { lock, scanned }) : [];
}

function attachPartition(table: RangeVar | undefined, def: Node | undefined): Foreseen {
  return {
    effects: [
      ...effectOn(table, { lock: "SHARE UPDATE EXCLUSIVE" }),
      ...partition(def, "ACCESS EXCLUSIVE", true),
    ],
    scanHazard: "partition-scan",
    isUncertain: true,
  };
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

function addColumn(table: RangeVar | undefined, def: Node | undefined): Foreseen {
  const column = def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
  const constraints = (column?.constraints ?? []).flatMap((item) =>
    "Constraint" in item ? [item.Constraint] : [],
  );
  const type = column?.typeName?.names?.at(-1);
  const isSerial =
    type !== undefined && "String" in type && /^(big|small)?serial[248]?$/.test(type.String.sval ?? "");
  const hasDefault = constraints.some(({ contype }) => contype === "CONSTR_DEFAULT");
  const called = constraints
    .filter(({ contype }) => contype === "CONSTR_DEFAULT")
    .flatMap(({ raw_expr }) => calledIn(raw_expr))
    .filter((name) => !stable.has(name));
  const isRewritten =
    isSerial ||
    called.some((name) => volatile.has(name)) ||
    constraints.some(({ contype }) => contype === "CONSTR_GENERATED" || contype === "CONSTR_IDENTITY");
  const own = {
    effects: effectOn(table, {
      lock: "ACCESS EXCLUSIVE",
      rewritten: isRewritten || called.length > 0,
    }),
    isUncertain: !isRewritten && called.length > 0,
  };
  const others = constraints
    .filter(({ contype }) =>
      ["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY"].includes(contype ?? ""),
    )
    .map((constraint) =>
      // All rows have null there, which references nothing.
      constraint.contype === "CONSTR_FOREIGN" && !hasDefault
        ? addConstraint(table, { ...constraint, skip_validation: true })
        : addConstraint(table, constraint),
    );
  return joined([own, ...others]);
}

/** Returns the bare names of the functions that an expression calls. */
function calledIn(expression: Node | undefined): string[] {
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

function addConstraint(table: RangeVar | undefined, constraint: Constraint): Foreseen {
  const { contype, skip_validation: isNotValid = false, indexname, pktable } = constraint;
  if (contype === "CONSTR_FOREIGN") {
    const lock = "SHARE ROW EXCLUSIVE";
    const scanned = !isNotValid;
    return {
      effects: [...effectOn(table, { lock, scanned }), ...effectOn(pktable, { lock, scanned })],
      scanHazard: "foreign-key-scan",
    };
  }
  const isIndex =
    contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY" || contype === "CONSTR_EXCLUSION";
  const scanned = isIndex ? indexname === undefined : !isNotValid;
  return {
    effects: effectOn(table, { lock: "ACCESS EXCLUSIVE", scanned }),
    scanHazard: isIndex ? "unique-build" : contype === "CONSTR_NOTNULL" ? "not-null-scan" : "check-scan",
  };
}
