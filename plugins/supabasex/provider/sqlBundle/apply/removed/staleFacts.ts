import { type Catalog, isSameObject, partsOfIdentity } from "../../catalog";
import { type BaseFacts, isMadeByRepeatables } from "../../catalog/base";
import { relationOf } from "../../catalog/scope";
import type { BundleFile } from "../../source/files";
import { statingStatements } from "../../source/statedFacts";
import { includesFact, type StatedFacts, StatementIndex } from "../statements/statedObjects";
import { factsOfCopies } from "./formerCopies";

/** Kinds that cost too much to drop and recreate: they are built from rows, or columns have them as types. */
const costly: ReadonlySet<string> = new Set(["constraint", "index", "materialized view", "type"]);

/** Properties of objects of migrations that are reset. The server changes them in an instant, and nothing else depends on them. */
const resettable: ReadonlySet<string> = new Set(["rowSecurity", "rowSecurityForced"]);

/** A new index or policy does not change which tables a loop finds. */
const kindsOfRelations: ReadonlySet<string> = new Set(["table", "column", "view"]);

/** Returns the tables and views that differ between two readings, also in a column. */
export function changedRelations(before: Catalog, after: Catalog): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const identity of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!kindsOfRelations.has(partsOfIdentity(identity).kind)) continue;
    if (isSameObject(before[identity], after[identity])) continue;
    changed.add(relationNameOf(identity, after[identity] ?? before[identity] ?? {}));
  }
  return changed;
}

interface Circumstances {
  readonly changed: ReadonlySet<string>;
  /** Returns whether a repeatable creates the object by a plain statement. */
  isDeclared(identity: string): boolean;
  readonly repeatables: readonly BundleFile[];
  /** What a table has because of one above it to which it belongs no more: identity → the facts. */
  readonly copies: BaseFacts;
}

/**
 * Returns what repeatables may no longer state because migrations changed the relation, although their text is the same: a
 * loop may leave out a table that was detached or renamed. On an empty database they run after the migrations. This includes
 * objects that a loop created, and row-level security that it enabled, unless a plain statement names them.
 *
 * @param base with the present names of the objects
 * @returns identity → the facts
 */
export function staleFacts(
  base: BaseFacts,
  live: Catalog,
  { changed, isDeclared, repeatables, copies }: Circumstances,
): Map<string, StatedFacts> {
  const ofChanged = Object.keys(base).filter((identity) => {
    const object = live[identity];
    return (
      object !== undefined &&
      !isDeclared(identity) &&
      !costly.has(partsOfIdentity(identity).kind) &&
      changed.has(relationNameOf(identity, object))
    );
  });
  const ofCopies = factsOfCopies(copies);
  if (ofChanged.length + ofCopies.size === 0) return new Map();
  const plain = new StatementIndex(repeatables.flatMap((file) => statingStatements(file)));
  const isStatedBelow = (identity: string, property: string) =>
    plain.statedOf(identity).some((one) => includesFact(one, property));
  return new Map([
    ...ofChanged.flatMap((identity): [string, StatedFacts][] => {
      const facts = base[identity] ?? null;
      const stated = plain.statedOf(identity);
      if (facts === null) {
        const isStated = stated.some(({ properties }) => properties === undefined);
        return isStated || !isMadeByRepeatables(identity, facts) ? [] : [[identity, everything]];
      }
      const names = Object.keys(facts).filter(
        (property) => resettable.has(property) && !stated.some((one) => includesFact(one, property)),
      );
      return names.length === 0 ? [] : [[identity, { ...everything, properties: new Set(names) }]];
    }),
    ...[...ofCopies].flatMap(([identity, names]): [string, StatedFacts][] => {
      if (isDeclared(identity)) return [];
      if (names === undefined) return [[identity, everything]];
      const properties = new Set([...names].filter((property) => !isStatedBelow(identity, property)));
      return properties.size === 0 ? [] : [[identity, { ...everything, properties }]];
    }),
  ]);
}

const everything: StatedFacts = { properties: undefined, grantees: undefined, isDynamic: true };

function relationNameOf(identity: string, object: Catalog[string]): string {
  const { parent = relationOf(object), name } = partsOfIdentity(identity);
  return parent ?? name;
}
