import type { JsonObject } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import type { Kind } from "./kinds/kind";
import { withoutMatchingPartitions } from "./partitions";
import { grantsOf, type Privilege } from "./privileges";
import { aclRow, commentRow, firstValue, type ObjectRow, propertiesOf } from "./statement";

/** A catalog, and where the server keeps each object: an address stays the same when an object is renamed. */
export interface CatalogReading {
  readonly catalog: Catalog;
  /** Identity → address. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** The objects in the rows of a read, with their privileges and comments, without partitions that match their parent. */
export function readingOf(kinds: readonly Kind[], rows: readonly ObjectRow[]): CatalogReading {
  const parsers = kinds.map(parserOf);
  const grants = new Grants(rows);
  const comments = commentsIn(rows);
  const objects = new Map<string, CatalogObject>();
  const addresses = new Map<string, string>();
  for (const row of rows) {
    const [kind, identity, address, aclType, owner, acl] = row;
    const parse = parsers[kind];
    if (parse === undefined) continue;
    const object = parse(row);
    if (aclType !== null) {
      const held = grants.of(aclType, owner, acl);
      if (aclType !== "c" || Object.keys(held).length > 0) object.grants = held;
    }
    objects.set(identity, object);
    if (address === null) continue;
    addresses.set(identity, address);
    const comment = comments.get(address);
    if (comment !== undefined && kinds[kind]?.withoutComment !== true) object.comment = comment;
  }
  return { catalog: sortedCatalog(withoutMatchingPartitions(objects)), addresses };
}

/** Address → comment. */
function commentsIn(rows: readonly ObjectRow[]): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const [kind, , address, , , , comment] of rows) {
    if (kind === commentRow && address !== null && typeof comment === "string")
      comments.set(address, comment);
  }
  return comments;
}

/** Makes an object of a row's values. What is null the object lacks. */
function parserOf(kind: Kind): (row: ObjectRow) => JsonObject {
  const names = Object.keys(kind.properties);
  const parsers = propertiesOf(kind).map(({ parse }) => parse);
  return (row) => {
    const object: JsonObject = {};
    parsers.forEach((parse, index) => {
      const value = row[firstValue + index];
      if (typeof value !== "string") return;
      const name = names[index];
      if (name === undefined) Object.assign(object, parse(value));
      else object[name] = parse(value);
    });
    return object;
  };
}

/** The access control lists of a reading, in words. */
class Grants {
  readonly #lists = new Map<string, readonly Privilege[]>();
  /** Type of object → what PUBLIC holds by default. */
  readonly #defaults = new Map<string, JsonObject>();
  /** Type of object → every privilege there is. */
  readonly #wholes = new Map<string, ReadonlySet<string>>();

  constructor(rows: readonly ObjectRow[]) {
    for (const [kind, , , aclType, owner, acl, value] of rows) {
      if (kind !== aclRow) continue;
      const privileges = JSON.parse(value ?? "[]") as readonly Privilege[];
      if (acl !== null) this.#lists.set(acl, privileges);
      if (aclType === null) continue;
      const owners = privileges.filter(({ grantee }) => grantee === owner);
      const whole = new Set(owners.map(({ privilege }) => privilege));
      const others = privileges.filter(({ grantee }) => grantee !== owner);
      this.#wholes.set(aclType, whole);
      this.#defaults.set(aclType, grantsOf(others, whole, null));
    }
  }

  of(aclType: string, owner: string | null, acl: string | null): JsonObject {
    if (acl === null) return { ...this.#defaults.get(aclType) };
    return grantsOf(this.#lists.get(acl) ?? [], this.#wholes.get(aclType) ?? new Set(), owner);
  }
}
