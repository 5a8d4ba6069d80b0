import type { JsonObject } from "../../../../../foundation/json";

/** One row of aclexplode(). */
export interface Privilege {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** The minimum number of privileges in a set for which `all` is written instead of the list. */
const manyPrivileges = 4;

/**
 * Returns the grants as text: `{ authenticated: ["insert", "select"] }`. An owner with the default privileges is
 * omitted. All privileges of a table are written as `all`, because the set differs between versions of the server (17
 * added MAINTAIN).
 *
 * @param whole all privileges that exist for such an object
 * @param owner the role that has all of them implicitly; null if there is none
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
