import type { JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "../catalog";
import { literal } from "../catalog/objects";
import { membershipOf } from "../catalog/posture";

/** Boolean attributes of a role, as in `alter role`. */
const switches: Readonly<Record<string, string>> = {
  superuser: "superuser",
  bypassRls: "bypassrls",
  createRole: "createrole",
  createDatabase: "createdb",
  replication: "replication",
  login: "login",
  inherit: "inherit",
};

/** Returns the statement that sets one attribute of a role. */
export function alterRole(
  name: string,
  property: string,
  value: JsonValue | undefined,
): string[] | undefined {
  const word = switches[property];
  if (word !== undefined) return [`alter role ${name} ${value === true ? "" : "no"}${word}`];
  switch (property) {
    case "connectionLimit":
      return [`alter role ${name} connection limit ${value === undefined ? -1 : String(value)}`];
    case "validUntil":
      return [`alter role ${name} valid until ${literal(value === undefined ? "infinity" : String(value))}`];
    default:
      return undefined;
  }
}

/** Returns the statement that sets one option of a membership. Before PostgreSQL 16 there is only `admin`. */
export function alterMembership(name: string, property: string, value: JsonValue | undefined): string[] {
  const [member, role] = membershipOf(name);
  return value === true
    ? [`grant ${role} to ${member} with ${property} ${property === "admin" ? "option" : "true"}`]
    : [`revoke ${property} option for ${role} from ${member}`];
}

/** Returns the statement that recreates a membership. */
export function grantMembership(name: string, { admin }: CatalogObject): string {
  const [member, role] = membershipOf(name);
  return `grant ${role} to ${member}${admin === true ? " with admin option" : ""}`;
}

/** Returns the statement that revokes a membership. */
export function revokeMembership(name: string): string {
  const [member, role] = membershipOf(name);
  return `revoke ${role} from ${member}`;
}
