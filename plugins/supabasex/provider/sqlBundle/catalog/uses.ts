import type { CatalogObject } from "./catalog";

/**
 * Live object → identities of the functions, operators and types that its parts use: an operator its function, a table those of its
 * defaults, constraints, indexes and policies. The server knows them, but does not print them in any property. They are no properties,
 * so that records of older versions of this program still compare.
 */
const uses = new WeakMap<CatalogObject, readonly string[]>();

/** Returns what an object uses, if it is an object of a live catalog. */
export function usesOf(object: CatalogObject): readonly string[] {
  return uses.get(object) ?? [];
}

/** Remembers what a live object uses, as long as the object exists. A copy needs {@link withUses}. */
export function rememberUse(object: CatalogObject, identity: string): void {
  uses.set(object, [...usesOf(object), identity]);
}

/** Returns a new copy of a live object, after it remembers what the object uses: a copy does not have that by itself. */
export function withUses(copy: CatalogObject, used: readonly string[]): CatalogObject {
  if (used.length > 0) uses.set(copy, [...usesOf(copy), ...used]);
  return copy;
}
