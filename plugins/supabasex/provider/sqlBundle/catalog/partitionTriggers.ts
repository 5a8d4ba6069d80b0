import type { Catalog, CatalogObject } from "./catalog";
import { parentIdentities, partsOfIdentity } from "./identity";

/**
 * Returns the triggers of partitioned tables whose `partitions` covers this statement trigger of a partition: the same name, definition
 * and mode, and the partition does not lack it. A read lists such a copy only with them.
 */
function originalsOf(identity: string, { definition, enabled }: CatalogObject, catalog: Catalog): string[] {
  const { kind, parent: partition = "", name } = partsOfIdentity(identity);
  if (kind !== "trigger" || !String(definition).includes(" FOR EACH STATEMENT ")) return [];
  return Object.entries(catalog).flatMap(([other, { partitions, ...original }]) => {
    if (partitions === undefined || other === identity) return [];
    const { parent: table = "", name: otherName } = partsOfIdentity(other);
    const isSame =
      otherName === name &&
      original.enabled === enabled &&
      withoutTable(original.definition, table) === withoutTable(definition, partition);
    return isSame && !(Array.isArray(partitions) && partitions.includes(partition)) ? [other] : [];
  });
}

function withoutTable(definition: CatalogObject[string] | undefined, table: string): string {
  return String(definition).replace(` ON ${table} `, " ON ");
}

/** Returns whether the table of a trigger can be a partition. A read does not list one that matches its parent. */
function isPerhapsOfPartition(identity: string, catalogs: readonly Catalog[]): boolean {
  const { parent = "" } = partsOfIdentity(identity);
  return parentIdentities(parent).every((table) =>
    catalogs.every((catalog) => catalog[table] === undefined || catalog[table].partitionOf !== undefined),
  );
}

/**
 * Returns whether an expected trigger that a read does not list is there as a copy. Reads before coverage 3 listed each copy, and one
 * that deviated may match its original now.
 */
export function isListedWithOriginal(identity: string, expected: Catalog, live: Catalog): boolean {
  const trigger = expected[identity];
  return (
    trigger !== undefined &&
    live[identity] === undefined &&
    originalsOf(identity, trigger, live).length > 0 &&
    isPerhapsOfPartition(identity, [expected, live])
  );
}

/**
 * Returns whether an undeclared trigger is only listed because its original is dropped or differs, which is reported there: it is as
 * the expected original says.
 */
export function isLeftCopy(identity: string, expected: Catalog, live: Catalog): boolean {
  const isAsExpected = (original: string) => {
    const [wanted, found] = [expected[original], live[original]];
    return found?.definition === wanted?.definition && found?.enabled === wanted?.enabled;
  };
  return (
    originalsOf(identity, live[identity] ?? {}, expected).some((original) => !isAsExpected(original)) &&
    isPerhapsOfPartition(identity, [expected, live])
  );
}
