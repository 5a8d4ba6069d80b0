import { objectKey } from "./runName";
import type { ListedVersion } from "./store/listed";
import type { ObjectStore } from "./store/objectStore";

/** Returns the versions of each object of a run by its name; undefined if the caller may not list versions. */
export async function readVersions(
  store: ObjectStore,
  run: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly ListedVersion[]> | undefined> {
  const prefix = objectKey(run, "");
  const listed = await store.listVersions(prefix, signal);
  if (listed === undefined) return undefined;
  const byName = new Map<string, ListedVersion[]>();
  for (const version of listed) {
    const name = version.key.slice(prefix.length);
    byName.set(name, [...(byName.get(name) ?? []), version]);
  }
  return byName;
}

/**
 * Returns the delete markers of an object that they hide: after their deletion, it is there again. Returns none if the
 * object is visible, or if no version of it exists any more.
 *
 * @param versions the versions and delete markers of one object
 */
export function hidingMarkers(versions: readonly ListedVersion[] = []): ListedVersion[] {
  const isHidden = versions.some(({ isDeleteMarker, isLatest }) => isDeleteMarker && isLatest);
  const hasVersion = versions.some(({ isDeleteMarker }) => !isDeleteMarker);
  return isHidden && hasVersion ? versions.filter(({ isDeleteMarker }) => isDeleteMarker) : [];
}
