import { formatPath, type PropertyPath } from "./propertyPath";
import type { PropertyDiff } from "./provider";
import { Archive, Asset, isPropertyMap, type PropertyMap, Secret, Unknown, type Value } from "./values";

/** A place where two values differ. */
export interface Difference {
  readonly path: PropertyPath;
  readonly kind: "add" | "delete" | "update";
}

/**
 * Returns the deepest paths at which `after` differs from `before`. Secrets are compared by their values, files by the hash of
 * their contents. An unknown value counts as different.
 */
export function differences(
  before: Value | undefined,
  after: Value | undefined,
  path: PropertyPath = [],
): Difference[] {
  if (before instanceof Secret) return differences(before.reveal(), after, path);
  if (after instanceof Secret) return differences(before, after.reveal(), path);
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (before instanceof Unknown || after instanceof Unknown) return [{ path, kind: "update" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      differences(before[index], after[index], [...path, index]),
    ).flat();
  }
  if (isPropertyMap(before) && isPropertyMap(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(own(before, key), own(after, key), [...path, key]),
    );
  }
  const isSameContent = hashOf(before) !== undefined && hashOf(before) === hashOf(after);
  return before === after || isSameContent ? [] : [{ path, kind: "update" }];
}

/** Returns the engine's hash of a file or archive; undefined for any other value. */
function hashOf(value: Value): Value | undefined {
  return value instanceof Asset || value instanceof Archive ? value.content.hash : undefined;
}

/** Returns an own property, never an inherited one such as `constructor`. */
export function own(map: PropertyMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Returns the differences in the engine's form. */
export function detailedDiff(
  found: readonly Difference[],
  options: { inputDiff: boolean },
): Record<string, PropertyDiff> {
  return Object.fromEntries(
    found.map(({ path, kind }) => [formatPath(path), { kind, inputDiff: options.inputDiff }]),
  );
}
