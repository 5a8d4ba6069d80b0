import { type Catalog, isSameObject, partsOfIdentity } from "../catalog";
import { type BaseFacts, isMadeByRepeatables } from "../catalog/base";
import { relationOf } from "../catalog/scope";
import type { BundleFile } from "../source/files";
import { statingStatements } from "../source/statedFacts";
import { includesFact, type StatedFacts, StatementIndex } from "./statedObjects";

/** Kinds that cost too much to drop and recreate: they are built from rows, or columns have them as types. */
const costly: ReadonlySet<string> = new Set(["constraint", "index", "materialized view", "type"]);

/** Returns the tables and views that differ between two readings, also in a part of theirs. */
export function changedRelations(before: Catalog, after: Catalog): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const identity of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isSameObject(before[identity], after[identity])) continue;
    changed.add(relationNameOf(identity, after[identity] ?? before[identity] ?? {}));
  }
  return changed;
}

interface Circumstances {
  isChanged(relation: string): boolean;
  /** Whether a repeatable creates the object by a plain statement. */
  isDeclared(identity: string): boolean;
  readonly repeatables: readonly BundleFile[];
}

/**
 * Returns what repeatables may state no more because migrations changed the relation, although their text is the same: a
 * loop may leave out a table that was detached or renamed, and `grant … on all tables` one that was moved to another schema. On
 * an empty database they run after the migrations. What a plain statement names is not included.
 *
 * @param base with the present names of the objects
 * @returns identity → the facts
 */
export function staleFacts(
  base: BaseFacts,
  live: Catalog,
  { isChanged, isDeclared, repeatables }: Circumstances,
): Map<string, StatedFacts> {
  const ofChanged = Object.keys(base).filter((identity) => {
    const object = live[identity];
    return (
      object !== undefined &&
      !isDeclared(identity) &&
      !costly.has(partsOfIdentity(identity).kind) &&
      isChanged(relationNameOf(identity, object))
    );
  });
  if (ofChanged.length === 0) return new Map();
  const plain = new StatementIndex(repeatables.flatMap((file) => statingStatements(file)));
  return new Map(
    ofChanged.flatMap((identity): [string, StatedFacts][] => {
      const facts = base[identity] ?? null;
      const stated = plain.statedOf(identity);
      if (facts === null) {
        const isStated = stated.some(({ properties }) => properties === undefined);
        return isStated || !isMadeByRepeatables(identity, facts) ? [] : [[identity, everything]];
      }
      const names = Object.keys(facts).filter(
        (property) => !stated.some((one) => includesFact(one, property)),
      );
      return names.length === 0 ? [] : [[identity, { ...everything, properties: new Set(names) }]];
    }),
  );
}

const everything: StatedFacts = { properties: undefined, grantees: undefined, isDynamic: true };

function relationNameOf(identity: string, object: Catalog[string]): string {
  const { parent = relationOf(object), name } = partsOfIdentity(identity);
  return parent ?? name;
}
