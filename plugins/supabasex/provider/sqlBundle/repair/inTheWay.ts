import { type ObjectIdentity, partsOfIdentity, printIdentity } from "../catalog";
import { dropOf, type Place } from "./place";
import { constraintWithIndex, identitiesNamed, kindsBeside, ownName, relations } from "./sharedNames";

/** Kinds that hold no data of their own. */
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
  const own = ownName(object, expected[printIdentity(object)]);
  if (own === undefined) return undefined;
  const { kind, name } = own;
  for (const identity of identitiesNamed(name, kindsBeside(kind))) {
    if (live[identity] === undefined || expected[identity] !== undefined) continue;
    const other = partsOfIdentity(identity);
    return droppable.has(other.kind)
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
