import {
  type Catalog,
  type CatalogObject,
  type ObjectIdentity,
  partsOfIdentity,
  relationKinds,
  routineKinds,
} from "../catalog";

/** Kinds that share one namespace in a schema. */
export const relations: ReadonlySet<string> = new Set([...relationKinds, "sequence", "index"]);

/** Kinds of objects of which no two may have the same name in a schema. */
const namespaces: readonly ReadonlySet<string>[] = [
  relations,
  new Set([...relationKinds, "type"]),
  routineKinds,
];

/**
 * Returns the kind and name that other objects of the schema cannot have beside an object: for a constraint, those of its index. Returns
 * undefined for a constraint without one.
 *
 * @param should the object as it is expected
 */
export function ownName(
  object: ObjectIdentity,
  should: CatalogObject | undefined,
): { readonly kind: string; readonly name: string } | undefined {
  if (object.kind !== "constraint") return { kind: object.kind, name: object.name };
  return hasIndex(should) ? { kind: "index", name: `${object.schema}.${object.name}` } : undefined;
}

/** Returns the kinds that share a namespace with a kind, including itself. */
export function kindsBeside(kind: string): ReadonlySet<string> {
  return new Set(namespaces.filter((shared) => shared.has(kind)).flatMap((shared) => [...shared]));
}

/** Returns the identities of objects of these kinds with a name. */
export function identitiesNamed(name: string, kinds: Iterable<string>): string[] {
  // The names of aggregates have no blanks between argument types.
  const names = [...new Set([name, name.replaceAll(", ", ",")])];
  return [...kinds].flatMap((kind) => names.map((one) => `${kind} ${one}`));
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
function hasIndex(constraint: CatalogObject | undefined): boolean {
  return /^(?:PRIMARY KEY|UNIQUE|EXCLUDE)\b/.test(String(constraint?.definition ?? ""));
}
