import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject, type JsonValue } from "../../../../../foundation/json";

/** The properties of one object. An absent property has PostgreSQL's default. */
export type CatalogObject = Readonly<Record<string, JsonValue>>;

/**
 * Identity → property → value, as PostgreSQL's own functions print it. An identity is the kind and the qualified
 * name, quoted where SQL would need it: `policy shared.customers tenant_isolation`.
 */
export type Catalog = Readonly<Record<string, CatalogObject>>;

/** Returns identities in code unit order, regardless of the order in which they were read. */
export function sortedCatalog(objects: ReadonlyMap<string, CatalogObject>): Catalog {
  const sorted: Record<string, CatalogObject> = {};
  for (const identity of [...objects.keys()].sort()) sorted[identity] = objects.get(identity) ?? {};
  return sorted;
}

const texts = new WeakMap<CatalogObject, string>();

/** Returns the canonical JSON of an object. A deployment needs it for the record and for the digests of the state. */
export function objectJson(object: CatalogObject): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = canonicalJson(object as JsonObject);
    texts.set(object, text);
  }
  return text;
}

/** Returns the canonical JSON of a catalog. */
export function catalogJson(catalog: Catalog): string {
  const members = Object.keys(catalog)
    .sort()
    .map((identity) => `${JSON.stringify(identity)}:${objectJson(catalog[identity] ?? {})}`);
  return `{${members.join(",")}}`;
}

/** Returns the SHA-256, in hex, of the canonical JSON of a catalog. It is equal exactly if the catalogs are. */
export function fingerprint(catalog: Catalog): string {
  return fingerprintOf(catalogJson(catalog));
}

/** Returns the fingerprint of the catalog of which this is the canonical JSON. */
export function fingerprintOf(json: string): string {
  return createHash("sha256").update(json).digest("hex");
}
