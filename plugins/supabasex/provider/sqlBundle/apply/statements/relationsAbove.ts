import { type Catalog, partsOfIdentity } from "../../catalog";
import { relationOf } from "../../catalog/scope";

/**
 * Returns the relations that the identity does not contain and through which `alter table` changes an object: for a sequence, the table
 * whose column owns it; for a column, the tables from which its table inherits, the nearest first.
 */
export function relationsAbove(identity: string, live: Catalog): string[] {
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
