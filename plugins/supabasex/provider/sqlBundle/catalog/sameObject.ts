import { canonicalJson } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/** Returns whether two readings of an object are equal; both may lack it. */
export function isSameObject(one: CatalogObject | undefined, other: CatalogObject | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return canonicalJson({ ...one }) === canonicalJson({ ...other });
}
