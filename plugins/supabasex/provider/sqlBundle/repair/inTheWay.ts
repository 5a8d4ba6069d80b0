import { type ObjectIdentity, partsOfIdentity, routineKinds } from "../catalog";
import { dropOf, type Place } from "./place";

/** Kinds of objects of which no two may have the same name in a schema. */
const namespaces: readonly ReadonlySet<string>[] = [
  new Set(["table", "foreign table", "view", "materialized view", "sequence", "index"]),
  new Set(["table", "foreign table", "view", "materialized view", "type"]),
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

/** Returns the manual object of another kind that has the name of a missing object. */
export function inTheWay({ object, expected, live }: Place): InTheWay | undefined {
  const kinds = new Set(namespaces.filter((kinds) => kinds.has(object.kind)).flatMap((kinds) => [...kinds]));
  for (const kind of kinds) {
    // The names of aggregates have no blanks between argument types.
    const names = new Set([object.name, object.name.replaceAll(", ", ",")]);
    const identity = [...names].map((name) => `${kind} ${name}`).find((name) => live[name] !== undefined);
    if (identity === undefined || expected[identity] !== undefined) continue;
    const other = partsOfIdentity(identity);
    return droppable.has(kind)
      ? { object: other, drop: dropOf({ object: other, expected, live }) }
      : { object: other };
  }
  return undefined;
}
