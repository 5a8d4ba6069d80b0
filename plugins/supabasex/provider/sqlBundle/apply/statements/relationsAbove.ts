import { type Catalog, partsOfIdentity } from "../../catalog";
import { relationOf } from "../../catalog/scope";

const known = new WeakMap<Catalog, Map<string, readonly string[]>>();

/**
 * Returns the relations that the identity does not contain and through which `alter table` changes an object: for a sequence, the table
 * whose column owns it; for a column, the tables from which its table inherits, the nearest first. It is asked for each pair of a
 * statement and an object, so the answers for a catalog are cached as long as it exists.
 */
export function relationsAbove(identity: string, live: Catalog): readonly string[] {
  const ofCatalog = known.get(live) ?? new Map<string, readonly string[]>();
  known.set(live, ofCatalog);
  const found = ofCatalog.get(identity) ?? findRelationsAbove(identity, live);
  ofCatalog.set(identity, found);
  return found;
}

function findRelationsAbove(identity: string, live: Catalog): string[] {
  const { kind, parent } = partsOfIdentity(identity);
  if (kind === "sequence") {
    const table = relationOf(live[identity] ?? {});
    return table === undefined ? [] : [table];
  }
  return kind === "column" && parent !== undefined ? ancestorsOf(parent, live) : [];
}

function ancestorsOf(table: string, live: Catalog): string[] {
  const found = new Set([table]);
  // A set also returns members that are added meanwhile.
  for (const name of found) for (const parent of parentsOf(live[`table ${name}`] ?? {})) found.add(parent);
  found.delete(table);
  return [...found];
}

function parentsOf({ inherits, partitionOf }: Catalog[string]): string[] {
  const tables = Array.isArray(inherits) ? inherits : [];
  return [...tables, partitionOf].filter((one) => typeof one === "string");
}
