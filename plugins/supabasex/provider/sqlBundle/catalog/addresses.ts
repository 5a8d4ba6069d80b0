import { nameWithoutArguments } from "../source/identifiers";
import type { Catalog, CatalogObject } from "./catalog";
import { type CatalogDifference, diffManaged } from "./difference";
import {
  type ObjectIdentity,
  parentIdentities,
  partsOfIdentity,
  printIdentity,
  relationKinds,
} from "./identity";
import { renameTexts } from "./renamedTexts";
import type { CatalogReading } from "./rows";
import { managedPart, relationOf } from "./scope";
import { usesOf, withUses } from "./uses";

/** Identity → where the server keeps the object. A rename does not change it, and the server never reuses it. */
export type Addresses = ReadonlyMap<string, string>;

/** A live catalog in which manually renamed objects have their expected names. */
export interface TracedCatalog {
  readonly catalog: Catalog;
  /** Expected identity → the current name of the object. Parts of a renamed object are not listed separately. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Expected identities whose object does not exist: it was dropped, not renamed. */
  readonly dropped: ReadonlySet<string>;
}

/** Kinds that a statement can rename. */
const renamable: ReadonlySet<string> = new Set([
  ...relationKinds,
  "aggregate",
  "collation",
  "column",
  "constraint",
  "event trigger",
  "function",
  "index",
  "policy",
  "procedure",
  "publication",
  "rule",
  "schema",
  "sequence",
  "server",
  "statistics",
  "trigger",
  "type",
]);

/** Kinds whose identity only changes with the name of their parent. */
const followers: ReadonlySet<string> = new Set([
  "default privileges",
  "operator",
  "publication schema",
  "publication table",
]);

/**
 * Finds by their addresses what happened to expected objects that are missing.
 *
 * @param addresses where the last deployment left the expected objects
 */
export function traceObjects(
  expected: Catalog,
  { catalog, addresses: now }: CatalogReading,
  addresses: Addresses,
): TracedCatalog {
  const found = displaced(expected, catalog, now, { addresses });
  if (found.moved.size === 0) return { catalog, renamed: new Map(), dropped: found.dropped };
  const formerNames = new Map([...found.moved].map(([identity, live]) => [live, identity]));
  const renamed = new Map<string, string>();
  for (const [identity, live] of found.moved) {
    const relation = relationOf(expected[identity] ?? {});
    const follows =
      relation !== undefined && parentIdentities(relation).some((table) => found.moved.has(table));
    const name = ownName(partsOfIdentity(identity), partsOfIdentity(live), { formerNames, follows });
    if (name !== undefined) renamed.set(identity, name);
  }
  const traced: Record<string, CatalogObject> = {};
  const same = renameTexts(renamed);
  const before = (live: string) => formerNames.get(live) ?? formerIdentity(live, formerNames);
  for (const [live, object] of Object.entries(catalog)) {
    const identity = before(live);
    const wanted = expected[identity];
    const used = usesOf(object);
    const known = used.map(before);
    const now = wanted === undefined ? object : same(wanted, object);
    traced[identity] = known.every((name, at) => name === used[at]) ? now : withUses({ ...now }, known);
  }
  return { catalog: traced, renamed, dropped: found.dropped };
}

/** Returns expected identity → the live identity at its address, if that is another one. */
function displaced(
  expected: Catalog,
  catalog: Catalog,
  now: Addresses,
  { addresses }: { readonly addresses: Addresses },
) {
  const dropped = new Set<string>();
  const moved = new Map<string, string>();
  let live: Map<string, string> | undefined;
  for (const identity of Object.keys(expected)) {
    const address = addresses.get(identity);
    if (address === undefined || now.get(identity) === address) continue;
    live ??= new Map([...now].map(([name, place]) => [place, name]));
    const there = live.get(address);
    if (there === undefined) {
      if (catalog[identity] === undefined) dropped.add(identity);
    } else if (catalog[there] !== undefined && mayMove(identity, there)) moved.set(identity, there);
  }
  // A name belongs to the object that has it, unless that one was renamed too: then the two swapped names.
  for (let size = -1; size !== moved.size; ) {
    size = moved.size;
    const left = new Set(moved.values());
    for (const identity of moved.keys())
      if (catalog[identity] !== undefined && !left.has(identity)) moved.delete(identity);
  }
  return { dropped, moved };
}

function mayMove(identity: string, live: string): boolean {
  const kind = kindOf(identity);
  return kindOf(live) === kind && (renamable.has(kind) || followers.has(kind));
}

function kindOf(identity: string): string {
  return partsOfIdentity(identity).kind;
}

interface Followed {
  /** Returns live identity → expected identity, for all that moved. */
  readonly formerNames: ReadonlyMap<string, string>;
  /** Returns whether the object's table moved too, and took it along to another schema. */
  readonly follows: boolean;
}

/**
 * Returns the new name of an object, with the previous names of its schema or table; `undefined` if only its schema,
 * its table or the type of an argument was renamed.
 */
function ownName(
  expected: ObjectIdentity,
  live: ObjectIdentity,
  { formerNames, follows }: Followed,
): string | undefined {
  if (!renamable.has(expected.kind)) return undefined;
  if (expected.parent !== undefined || expected.schema === undefined || expected.kind === "schema")
    return expected.name === live.name ? undefined : live.name;
  const [schema, name, rest] = splitName(live);
  const formerSchema = schemaBefore(schema, formerNames);
  const [wantedSchema, wantedName] = splitName(expected);
  if (name === wantedName && (follows || formerSchema === wantedSchema)) return undefined;
  return `${formerSchema}.${name}${rest}`;
}

/** Splits `schema.name(arguments)`. */
export function splitName({
  schema = "",
  name,
}: ObjectIdentity): [schema: string, bare: string, rest: string] {
  const tail = name.slice(schema.length + 1);
  const bare = nameWithoutArguments(tail);
  return [schema, bare, tail.slice(bare.length)];
}

function schemaBefore(schema: string, formerNames: ReadonlyMap<string, string>): string {
  const former = formerNames.get(`schema ${schema}`);
  return former === undefined ? schema : partsOfIdentity(former).name;
}

/** Returns the identity that an unexpected object would have if its schema or table had kept the name. */
function formerIdentity(live: string, formerNames: ReadonlyMap<string, string>): string {
  const object = partsOfIdentity(live);
  if (object.parent !== undefined) {
    const [former] = parentIdentities(object.parent).flatMap((parent) => formerNames.get(parent) ?? []);
    if (former !== undefined) return printIdentity({ ...object, parent: partsOfIdentity(former).name });
  }
  if (object.schema === undefined || object.kind === "schema" || object.kind === "default privileges")
    return live;
  const schema = schemaBefore(object.schema, formerNames);
  if (schema === object.schema) return live;
  const moved = (name: string) => `${schema}${name.slice(object.schema?.length)}`;
  return printIdentity(
    object.parent === undefined
      ? { ...object, name: moved(object.name) }
      : { ...object, parent: moved(object.parent) },
  );
}

/**
 * Compares as {@link diffCatalogs} does. A rename is one difference, of the property `name`. For a missing object, the
 * difference says whether it was dropped.
 */
export function diffTraced(
  expected: Catalog,
  traced: TracedCatalog,
  managed: Catalog = managedPart(expected, traced.catalog),
): CatalogDifference[] {
  const differences = diffManaged(expected, managed).map((difference) =>
    difference.kind === "missing" && traced.dropped.has(difference.identity)
      ? { ...difference, dropped: true as const }
      : difference,
  );
  if (traced.renamed.size === 0) return differences;
  const renames = [...traced.renamed].map(
    ([identity, live]): CatalogDifference => ({
      identity,
      kind: "changed",
      property: nameProperty,
      expected: partsOfIdentity(identity).name,
      live,
    }),
  );
  // An object's differences are adjacent, with its name first.
  return [...renames, ...differences].sort((a, b) =>
    a.identity === b.identity ? 0 : a.identity < b.identity ? -1 : 1,
  );
}

const nameProperty = "name";

/** Returns whether a difference is another name of an object. (A bucket's name is a separate property.) */
export function isRename({ identity, property }: CatalogDifference): boolean {
  return property === nameProperty && renamable.has(kindOf(identity));
}
