import {
  type Catalog,
  type CatalogObject,
  type ObjectIdentity,
  partsOfIdentity,
  printIdentity,
  relationKinds,
  routineKinds,
} from "../catalog";
import { dropOf, type Place } from "./place";

/** Kinds that share one namespace in a schema. */
export const relations: ReadonlySet<string> = new Set([...relationKinds, "sequence", "index"]);

/** Kinds of objects of which no two may have the same name in a schema. */
export const namespaces: readonly ReadonlySet<string>[] = [
  relations,
  new Set([...relationKinds, "type"]),
  routineKinds,
];

/** Of these, the kinds that hold no data of their own. */
const droppable: ReadonlySet<string> = new Set([
  "view",
  "materialized view",
  "index",
  "function",
  "procedure",
  "aggregate",
]);

export interface InTheWay {
  readonly object: ObjectIdentity;
  /** Drops it without its dependents; absent if that might lose data. */
  readonly drop?: string;
}

/** Returns the manual object that has the name of a missing object: one of another kind, or a constraint's index. */
export function inTheWay({ object, expected, live }: Place): InTheWay | undefined {
  const isConstraint = object.kind === "constraint";
  if (isConstraint && !hasIndex(expected[printIdentity(object)])) return undefined;
  const kind = isConstraint ? "index" : object.kind;
  const name = isConstraint ? `${object.schema}.${object.name}` : object.name;
  const kinds = new Set(namespaces.filter((kinds) => kinds.has(kind)).flatMap((kinds) => [...kinds]));
  for (const kind of kinds) {
    // The names of aggregates have no blanks between argument types.
    const names = new Set([name, name.replaceAll(", ", ",")]);
    const identity = [...names].map((name) => `${kind} ${name}`).find((name) => live[name] !== undefined);
    if (identity === undefined || expected[identity] !== undefined) continue;
    const other = partsOfIdentity(identity);
    return droppable.has(kind)
      ? { object: other, drop: dropOf({ object: other, expected, live }) }
      : { object: other };
  }
  if (!relations.has(kind)) return undefined;
  const type = `type ${name}`;
  if (live[type]?.kind === "composite" && expected[type] === undefined)
    return { object: partsOfIdentity(type) };
  const constraint = constraintWithIndex(name, { expected, live });
  return constraint && { object: constraint, drop: dropOf({ object: constraint, expected, live }) };
}

/** Returns the undeclared constraint whose index has this name. `add constraint … using index` makes one of an existing index. */
export function constraintWithIndex(
  name: string,
  { expected, live }: { readonly expected: Catalog; readonly live: Catalog },
): ObjectIdentity | undefined {
  for (const [identity, object] of Object.entries(live)) {
    if (!identity.startsWith("constraint ") || expected[identity] !== undefined || !hasIndex(object))
      continue;
    const parts = partsOfIdentity(identity);
    if (`${parts.schema}.${parts.name}` === name) return parts;
  }
  return undefined;
}

/** Returns whether a constraint has an index, which has its name. */
export function hasIndex(constraint: CatalogObject | undefined): boolean {
  return /^(?:PRIMARY KEY|UNIQUE|EXCLUDE)\b/.test(String(constraint?.definition ?? ""));
}
