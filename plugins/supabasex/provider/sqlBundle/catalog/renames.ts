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

/** What migrations renamed, from the two places with former names. */
export interface FollowedRenames {
  /** Identity in the reading before the migrations → present identity. */
  readonly ofReading: Renames;
  /**
   * Identity in the records → present identity. In addition, it contains what was renamed manually before a migration
   * stated the rename: the reading before the migrations already has the new name.
   */
  readonly ofRecords: Renames;
}

export const nothingRenamed: FollowedRenames = { ofReading: new Map(), ofRecords: new Map() };

/**
 * Returns what migrations renamed between two readings.
 *
 * @param stated what they rename without the manual changes, as a rehearsal shows
 */
export function followedRenames(
  before: CatalogReading,
  after: CatalogReading,
  stated: Renames = new Map(),
): FollowedRenames {
  const ofReading = renamesBetween(before, after);
  const addresses = new Set(before.addresses.values());
  const manual = [...stated].filter(([former, present]) => {
    const address = after.addresses.get(present);
    return ofReading.get(former) === undefined && address !== undefined && addresses.has(address);
  });
  return { ofReading, ofRecords: manual.length === 0 ? ofReading : new Map([...ofReading, ...manual]) };
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
