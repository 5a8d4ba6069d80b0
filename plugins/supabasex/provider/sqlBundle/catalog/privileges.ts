import type { JsonObject } from "../../../../../foundation/json";

/** One line of aclexplode(). */
export interface Privilege {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** The fewest privileges in a set for which `all` reads better than the list. */
const manyPrivileges = 4;

/**
 * Who may do what, in words: `{ authenticated: ["insert", "select"] }`. Left out is an owner who holds just what every
 * owner holds. A table's whole set is written `all`, because its members differ between versions of the server
 * (MAINTAIN came with 17).
 *
 * @param whole every privilege that there is on such an object
 * @param owner who holds all of them implicitly; null where nobody does
 */
export function grantsOf(
  privileges: readonly Privilege[],
  whole: ReadonlySet<string>,
  owner: string | null,
): JsonObject {
  const byGrantee = new Map<string, Map<string, boolean>>();
  if (owner !== null && whole.size > 0) byGrantee.set(owner, new Map());
  for (const { grantee, privilege, grantable } of privileges) {
    const held = byGrantee.get(grantee) ?? new Map<string, boolean>();
    held.set(privilege, grantable || (held.get(privilege) ?? false));
    byGrantee.set(grantee, held);
  }
  const grants: JsonObject = {};
  for (const [grantee, held] of [...byGrantee].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (grantee !== owner || !isWhole(held, whole)) grants[grantee] = inWords(held, whole);
  }
  return grants;
}

function inWords(held: ReadonlyMap<string, boolean>, whole: ReadonlySet<string>): string[] {
  const options = new Set(held.values());
  if (whole.size >= manyPrivileges && isWhole(held, whole) && options.size === 1) {
    return [inWord("all", options.has(true))];
  }
  return [...held].map(([privilege, grantable]) => inWord(privilege.toLowerCase(), grantable)).sort();
}

function isWhole(held: ReadonlyMap<string, boolean>, whole: ReadonlySet<string>): boolean {
  return held.size === whole.size && [...whole].every((privilege) => held.has(privilege));
}

function inWord(privilege: string, grantable: boolean): string {
  return grantable ? `${privilege} with grant option` : privilege;
}
