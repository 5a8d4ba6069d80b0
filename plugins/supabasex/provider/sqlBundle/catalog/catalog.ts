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

/** Returns the SHA-256, in hex, of the canonical JSON of a catalog. It is equal exactly if the catalogs are. */
export function fingerprint(catalog: Catalog): string {
  return createHash("sha256")
    .update(canonicalJson(catalog as JsonObject))
    .digest("hex");
}
