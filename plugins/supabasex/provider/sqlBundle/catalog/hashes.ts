import type { JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/**
 * Properties that every object of their kinds has. They are hashes behind the version that they compare for, `1.11 on 17: 5e8f…`.
 * `volatility` is here because baselines from before 2026-11-29 lack it.
 */
const hashes: ReadonlySet<string> = new Set(["constraints", "content", "defaults", "volatility"]);

/** Whether two values of a property compare: always, but for hashes of which one is not recorded, or is of another version. */
export function doCompare(
  property: string,
  one: JsonValue | undefined,
  other: JsonValue | undefined,
): boolean {
  if (!hashes.has(property)) return true;
  if (one === undefined || other === undefined) return false;
  const [version, otherVersion] = [one, other].map((value) => /^(.*): /.exec(String(value))?.[1]);
  return version === otherVersion;
}

/** Returns the object with the hashes of now where its own do not compare with them. */
export function withHashesOfNow(object: CatalogObject, now: CatalogObject | undefined): CatalogObject {
  const renewed = Object.entries(now ?? {}).filter(
    ([property, value]) => !doCompare(property, object[property], value),
  );
  return renewed.length === 0 ? object : { ...object, ...Object.fromEntries(renewed) };
}
