import { hash } from "node:crypto";
import { type Catalog, type CatalogObject, objectJson, sortedCatalog } from "./catalog";
import { parentIdentities, partsOfIdentity } from "./identity";
import { touchedPart, touchedProperties } from "./properties";

/** The digest of an expected object, without its content. */
export interface ExpectedDigest {
  /** SHA-256 of the object's canonical JSON: the first 96 bits in base64url. */
  readonly digest: string;
  /** Set if only these properties belong to the bundle (see `touched`). */
  readonly touched?: readonly string[];
}

/** Identity → digest. A table's digest covers its columns and constraints. */
export type ExpectedDigests = ReadonlyMap<string, ExpectedDigest>;

/** What a stack's state stores about its last deployment to check the database's own record. */
export interface RememberedExpectation {
  readonly digests: ExpectedDigests;
  /** The applied files, as objects of the catalog. */
  readonly history: Catalog;
}

/** Objects of the history are excluded, because the state lists applied files separately. */
const historyPrefix = "applied file ";

/** Returns a digest for each object of an expectation. */
export function digestsOf(expected: Catalog): ExpectedDigests {
  const digests = new Map<string, ExpectedDigest>();
  for (const [key, members] of grouped(expected, (identity) => isWhole(expected[identity]))) {
    const touched = touchedProperties(members[0]?.[1] ?? {});
    digests.set(key, { digest: digestOf(members), ...(touched === undefined ? {} : { touched }) });
  }
  return digests;
}

/** The part of an expectation that can be recovered. */
export interface FoundExpectation {
  readonly expected: Catalog;
  /** Identities whose content is missing from both the record and the database. */
  readonly unknown: readonly string[];
}

/**
 * Finds the objects of digests: in the database if they are unchanged there, else in the database's record of the
 * bundle.
 *
 * @param record the expectation in the database, edited or not
 * @param live a whole catalog
 */
export function expectationFrom(
  { digests, history }: RememberedExpectation,
  record: Catalog,
  live: Catalog,
): FoundExpectation {
  const found = new Map<string, CatalogObject>(Object.entries(history));
  const unknown: string[] = [];
  const liveGroups = liveMembers(digests, live);
  // The record is only read if something has changed.
  let recordGroups: Map<string, Member[]> | undefined;
  for (const [identity, { digest, touched }] of digests) {
    const group = liveGroups.get(identity) ?? [];
    const there =
      touched === undefined
        ? group
        : group.map(([name, object]): Member => [name, touchedPart(object, touched)]);
    let members: readonly Member[] = there;
    if (digestOf(there) !== digest) {
      recordGroups ??= grouped(record, (name) => isWhole(record[name]));
      members = recordGroups.get(identity) ?? [];
      if (digestOf(members) !== digest) {
        unknown.push(identity);
        continue;
      }
    }
    for (const [name, object] of members) found.set(name, object);
  }
  return { expected: sortedCatalog(found), unknown };
}

/** Returns the identity under which an object's digest is stored: its table's or its own. */
export function digestIdentity(identity: string, digests: ExpectedDigests): string {
  if (digests.has(identity)) return identity;
  return tableOf(identity, (name) => digests.has(name)) ?? identity;
}

/** Returns one object per line, sorted: the digest, the identity and, after a tab, the touched properties as JSON. */
export function printDigests(digests: ExpectedDigests): string {
  return [...digests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([identity, { digest, touched }]) => {
      const properties = touched === undefined ? "" : `\t${JSON.stringify(touched)}`;
      return `${digest} ${escaped(identity)}${properties}`;
    })
    .join("\n");
}

/** Parses what {@link printDigests} printed. */
export function parseDigests(text: string): ExpectedDigests {
  const lines = text === "" ? [] : text.split("\n");
  return new Map(
    lines.map((line): [string, ExpectedDigest] => {
      const [named = "", properties] = line.split("\t");
      const at = named.indexOf(" ");
      const digest = named.slice(0, at);
      const identity = unescaped(named.slice(at + 1));
      if (properties === undefined) return [identity, { digest }];
      return [identity, { digest, touched: JSON.parse(properties) as string[] }];
    }),
  );
}

/** Escapes a name. Quoted names and job names may contain any character, but a line may not. */
function escaped(identity: string): string {
  return identity.replace(/[\\\t\n]/g, (found) => (found === "\\" ? "\\\\" : found === "\t" ? "\\t" : "\\n"));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, found: string) => (found === "t" ? "\t" : found === "n" ? "\n" : found));
}

/** An object that a digest covers, alone or with others. */
export type Member = readonly [identity: string, object: CatalogObject];

/** Returns the live members of each digest, and each other live object separately. */
export function liveMembers(digests: ExpectedDigests, live: Catalog): Map<string, Member[]> {
  const isKnown = (identity: string) => {
    const known = digests.get(identity);
    return known !== undefined && known.touched === undefined;
  };
  return grouped(live, isKnown, digests);
}

/** Returns the members of each digest. */
function grouped(
  catalog: Catalog,
  isKnown: (identity: string) => boolean,
  own?: ExpectedDigests,
): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  // The parts of a table are many and adjacent.
  let last: { readonly parent: string; readonly table: string | undefined } | undefined;
  const tableOfPart = (identity: string) => {
    const parent = parentOfPart(identity);
    if (parent === undefined) return undefined;
    if (last?.parent !== parent) last = { parent, table: parentIdentities(parent).find(isKnown) };
    return last.table;
  };
  for (const [identity, object] of Object.entries(catalog)) {
    if (identity.startsWith(historyPrefix)) continue;
    const alone = own === undefined ? !isWhole(object) : own.has(identity);
    const key = alone ? identity : (tableOfPart(identity) ?? identity);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [[identity, object]]);
    else members.push([identity, object]);
  }
  return groups;
}

/** Returns the table, view or domain whose digest also covers a column or constraint. */
function tableOf(identity: string, isKnown: (identity: string) => boolean): string | undefined {
  const parent = parentOfPart(identity);
  return parent === undefined ? undefined : parentIdentities(parent).find(isKnown);
}

function parentOfPart(identity: string): string | undefined {
  return /^(?:column|constraint) /.test(identity) ? partsOfIdentity(identity).parent : undefined;
}

function isWhole(object: CatalogObject | undefined): boolean {
  return object !== undefined && touchedProperties(object) === undefined;
}

/** Returns the digest of an object, or of a table with its columns and constraints. */
export function digestOf(members: readonly Member[]): string {
  // The record is read from jsonb, which has its own order.
  const sorted = members.length < 2 ? members : [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  let text = "";
  for (const [identity, object] of sorted) text += `[${JSON.stringify(identity)},${objectJson(object)}]`;
  return hash("sha256", text, "base64url").slice(0, 16);
}
