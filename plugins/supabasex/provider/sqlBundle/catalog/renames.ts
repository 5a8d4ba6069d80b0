import type { CatalogReading } from "./rows";

/** Former identity → present identity of the same object. */
export type Renames = ReadonlyMap<string, string>;

/** Returns the objects that have another identity in the later of two readings: files renamed or moved them. */
export function renamesBetween(before: CatalogReading, after: CatalogReading): Renames {
  const present = new Map([...after.addresses].map(([identity, address]) => [address, identity]));
  return new Map(
    [...before.addresses].flatMap(([former, address]): [string, string][] => {
      const now = present.get(address);
      return now === undefined || now === former ? [] : [[former, now]];
    }),
  );
}

/** Returns a record of identities with their present ones. The record itself, if nothing was renamed. */
export function underPresentNames<T>(record: Readonly<Record<string, T>>, renames: Renames) {
  if (renames.size === 0) return record;
  const entries = Object.entries(record);
  return Object.fromEntries([
    ...entries.filter(([identity]) => !renames.has(identity)),
    ...entries.flatMap(([identity, value]): [string, T][] => {
      const present = renames.get(identity);
      return present === undefined ? [] : [[present, value]];
    }),
  ]);
}
