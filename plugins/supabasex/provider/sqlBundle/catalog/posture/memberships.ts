import { firstIdentifier } from "../../source/identifiers";
import type { Catalog } from "../catalog";
import { partsOfIdentity } from "../identity";

/** Returns the member and the role of a membership's name, `authenticator in anon`. */
export function membershipOf(name: string): [member: string, role: string] {
  const member = firstIdentifier(name);
  return [member, name.slice(member.length + " in ".length)];
}

/** Returns the roles and those of which they are members, directly or indirectly, whose privileges they can use. */
export function withHeldRoles(roles: Iterable<string>, catalog: Catalog): ReadonlySet<string> {
  const memberships = Object.keys(catalog)
    .filter((identity) => identity.startsWith("membership "))
    .map((identity) => membershipOf(partsOfIdentity(identity).name));
  const held = new Set(roles);
  for (let size = 0; size !== held.size; ) {
    size = held.size;
    for (const [member, role] of memberships) if (held.has(member)) held.add(role);
  }
  return held;
}
