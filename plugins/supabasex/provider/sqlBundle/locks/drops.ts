import type { DropStmt } from "libpg-query";
import type { HazardName } from "../../../hazards";
import {
  type Foreseen,
  type ForeseenEffect,
  joined,
  type Named,
  namedByList,
  nothing,
  onNames,
} from "./foreseen";
import { type ColumnType, type Relation, type Relations, withoutPartitions } from "./relations";

/** The effect of a drop for each kind, in addition to a lock on the object. */
const droppedHazards: Readonly<Record<string, HazardName[]>> = {
  OBJECT_TABLE: ["data-loss"],
  OBJECT_FOREIGN_TABLE: ["data-loss"],
  OBJECT_SEQUENCE: ["client-break"],
  OBJECT_VIEW: ["client-break"],
  OBJECT_MATVIEW: ["client-break"],
  OBJECT_INDEX: ["index-drop"],
};

/** The effect of a cascade for each kind of relation. */
const cascadedHazards: Readonly<Record<string, HazardName[]>> = {
  ...{ r: ["data-loss"], p: ["data-loss"], f: ["data-loss"] },
  ...{ v: ["client-break"], m: ["client-break"] },
};

/** Returns the effect of dropping a relation as part of something else. */
function dropped(relation: Relation): ForeseenEffect {
  return { relation, lock: "ACCESS EXCLUSIVE", hazards: cascadedHazards[relation.kind] ?? [] };
}

/** Returns the effects of dropping the columns of types. Those of partitions belong to their table's hazard. */
function withColumnsOf(types: readonly ColumnType[], relations: Relations): ForeseenEffect[] {
  const tables = types.flatMap((type) => relations.tablesWith(type));
  const losing = withoutPartitions(tables);
  return tables.map((table) =>
    losing.includes(table) ? dropped(table) : { relation: table, lock: "ACCESS EXCLUSIVE" },
  );
}

/** Returns the effects of a `drop` statement, and of what it drops with it. */
export function drop(statement: DropStmt, relations: Relations): Foreseen {
  const { removeType, objects, concurrent, behavior } = statement;
  const lists = (objects ?? []).flatMap((item) => ("List" in item ? [item.List.items ?? []] : []));
  const hazards = droppedHazards[removeType ?? ""];
  if (behavior === "DROP_CASCADE") {
    const names = (objects ?? []).flatMap((item) => ("String" in item ? [item.String.sval ?? ""] : []));
    const types = (objects ?? []).flatMap((item) => {
      const named = "TypeName" in item ? namedByList(item.TypeName.names ?? []) : undefined;
      return (named && relations.typeNamed(named.name, named.schema)) ?? [];
    });
    if (removeType === "OBJECT_SCHEMA")
      return { effects: names.flatMap((name) => relations.inSchema(name).map(dropped)) };
    // Columns of a type are dropped with it.
    if (removeType === "OBJECT_EXTENSION") types.push(...names.flatMap((name) => relations.typesOf(name)));
    if (types.length > 0) return { effects: withColumnsOf(types, relations) };
  }
  if (hazards !== undefined) {
    const lock = concurrent === true ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    const own = concurrent === true ? [] : hazards;
    return joined(
      lists.map((names) => {
        const relation = namedByList(names);
        if (relation === undefined) return nothing;
        const parent = partitioned(relation, relations);
        return { effects: [{ relation, lock, onTable: lock, hazards: own }, ...parent] };
      }),
    );
  }
  // The name of the object comes after that of its table.
  if (!["OBJECT_POLICY", "OBJECT_TRIGGER", "OBJECT_RULE"].includes(removeType ?? "")) return nothing;
  return joined(lists.map((names) => onNames(names.slice(0, -1), "ACCESS EXCLUSIVE")));
}

/** Returns the effect on the table of which a dropped table is a partition. */
function partitioned({ name, schema }: Named, relations: Relations): ForeseenEffect[] {
  const relation = relations.get(relations.named(name, schema)?.partitionOf ?? 0);
  if (relation === undefined || relation.kind !== "p") return [];
  return [{ relation, lock: "ACCESS EXCLUSIVE", hazards: ["partition-detach"] }];
}
