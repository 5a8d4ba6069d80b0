import type { JsonObject } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import type { Kind } from "./kinds/kind";
import { canonicalIdentity, canonicalNames, isNameProperty } from "./names";
import { withPartitionGaps } from "./partitionGaps";
import { withoutMatchingPartitions } from "./partitions";
import { grantsOf, type Privilege } from "./privileges";
import { aclRow, commentRow, firstValue, type ObjectRow, propertiesOf, useRow } from "./statement";
import { rememberUse } from "./uses";

/** A catalog with the address of each object, which does not change when an object is renamed. */
export interface CatalogReading {
  readonly catalog: Catalog;
  /** Identity → address. */
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * Parses the rows of a read as they arrive, so the client works while the server still prints. The rows with privileges
 * and comments come before those of the objects.
 */
export class ReadingBuilder {
  readonly #kinds: readonly Kind[];
  readonly #parsers: readonly ((row: ObjectRow) => JsonObject)[];
  readonly #grants = new Grants();
  /** Address → comment. */
  readonly #comments = new Map<string, string>();
  readonly #objects = new Map<string, CatalogObject>();
  readonly #addresses = new Map<string, string>();
  /** Address of an object and of what it uses. */
  readonly #uses: [user: string, used: string][] = [];
  readonly #now = new Date();

  constructor(kinds: readonly Kind[]) {
    this.#kinds = kinds;
    this.#parsers = kinds.map(parserOf);
  }

  add(row: ObjectRow): void {
    const [number, printed, catalog, place, part, aclType, owner, acl] = row;
    const address = catalog === null ? null : `${catalog}:${place}:${part}`;
    if (number === aclRow) this.#grants.add(row);
    else if (number === commentRow) this.#comments.set(address ?? "", row[firstValue] ?? "");
    else if (number === useRow) this.#uses.push([address ?? "", row[firstValue] ?? ""]);
    const object = this.#parsers[number]?.(row);
    if (object === undefined) return;
    if (object.partitionBounds !== undefined) {
      Object.assign(object, withPartitionGaps(object, this.#now));
      delete object.partitionBounds;
    }
    const identity = canonicalIdentity(printed);
    if (aclType !== null) {
      const held = this.#grants.of(aclType, owner, acl);
      if (aclType !== "c" || Object.keys(held).length > 0) object.grants = held;
    }
    this.#objects.set(identity, object);
    if (address === null) return;
    this.#addresses.set(identity, address);
    const comment = this.#comments.get(address);
    if (comment !== undefined && this.#kinds[number]?.withoutComment !== true) object.comment = comment;
  }

  /** Returns the reading without the partitions that match their parent. */
  reading(): CatalogReading {
    this.#rememberUses();
    return { catalog: sortedCatalog(withoutMatchingPartitions(this.#objects)), addresses: this.#addresses };
  }

  #rememberUses(): void {
    if (this.#uses.length === 0) return;
    const identities = new Map([...this.#addresses].map(([identity, address]) => [address, identity]));
    for (const [user, used] of this.#uses) {
      const object = this.#objects.get(identities.get(user) ?? "");
      const identity = identities.get(used);
      if (object !== undefined && identity !== undefined) rememberUse(object, identity);
    }
  }
}

/** Creates an object from a row's values, with canonical names. Null values are absent properties. */
function parserOf(kind: Kind): (row: ObjectRow) => JsonObject {
  const names = Object.keys(kind.properties);
  const parsers = propertiesOf(kind).map(({ parse }, index) => {
    const name = names[index];
    return name !== undefined && isNameProperty(name)
      ? (value: string) => canonicalNames(name, parse(value))
      : parse;
  });
  return (row) => {
    const object: JsonObject = {};
    for (let index = 0; index < parsers.length; index += 1) {
      const value = row[firstValue + index];
      const parse = parsers[index];
      if (typeof value !== "string" || parse === undefined) continue;
      const name = names[index];
      if (name === undefined) Object.assign(object, parse(value));
      else object[name] = parse(value);
    }
    return object;
  };
}

/** The access control lists of a reading, as text. */
class Grants {
  readonly #lists = new Map<string, readonly Privilege[]>();
  /** Kind of object → PUBLIC's default privileges. */
  readonly #defaults = new Map<string, JsonObject>();
  /** Kind of object → all privileges that exist. */
  readonly #wholes = new Map<string, ReadonlySet<string>>();
  /** Kind, owner and list → the privileges as text. */
  readonly #inWords = new Map<string, JsonObject>();

  add([, , , , , aclType, owner, acl, value]: ObjectRow): void {
    const privileges = JSON.parse(value ?? "[]") as readonly Privilege[];
    if (acl !== null) this.#lists.set(acl, privileges);
    if (aclType === null) return;
    const owners = privileges.filter(({ grantee }) => grantee === owner);
    const whole = new Set(owners.map(({ privilege }) => privilege));
    const others = privileges.filter(({ grantee }) => grantee !== owner);
    this.#wholes.set(aclType, whole);
    this.#defaults.set(aclType, grantsOf(others, whole, null));
  }

  /** Returns the same object for all with the same list. */
  of(aclType: string, owner: string | null, acl: string | null): JsonObject {
    if (acl === null) return this.#defaults.get(aclType) ?? {};
    const key = `${aclType} ${owner} ${acl}`;
    let grants = this.#inWords.get(key);
    if (grants === undefined) {
      grants = grantsOf(this.#lists.get(acl) ?? [], this.#wholes.get(aclType) ?? new Set(), owner);
      this.#inWords.set(key, grants);
    }
    return grants;
  }
}
