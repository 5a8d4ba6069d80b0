import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import type { Catalog } from "../catalog";
import { partsOfIdentity } from "../identity";
import { platformSchemas } from "../managedObjects";

/** The roles as which API requests may run in any database. */
const builtInApiRoles = ["anon", "authenticated", "authenticator", "public", "service_role"];

const isPlatformSchema = new RegExp(platformSchemas);

/** What clients of the API can access in a catalog. */
export interface Exposure {
  /** API roles, PUBLIC, and the roles that a token may name because `authenticator` is a member of them. */
  readonly roles: ReadonlySet<string>;
  /**
   * Returns whether access to the contents of a schema counts: the platform's schemas, `public`, and those that API
   * roles may use.
   */
  includes(schema: string): boolean;
}

/**
 * Returns what a catalog exposes.
 *
 * @param roles the API roles; default: those of the catalog's memberships
 */
export function exposureOf(live: Catalog, roles: ReadonlySet<string> = apiRolesOf(live)): Exposure {
  const open = new Set(["public"]);
  for (const identity of Object.keys(live)) {
    if (!identity.startsWith("schema ")) continue;
    if (grantees(live[identity]?.grants).some((grantee) => roles.has(grantee)))
      open.add(partsOfIdentity(identity).schema ?? "");
  }
  return { roles, includes: (schema) => open.has(schema) || isPlatformSchema.test(schema) };
}

/** Returns the roles as which API requests may run. */
export function apiRolesOf(catalog: Catalog): ReadonlySet<string> {
  const prefix = "membership authenticator in ";
  const further = Object.keys(catalog).filter((identity) => identity.startsWith(prefix));
  return new Set([...builtInApiRoles, ...further.map((identity) => identity.slice(prefix.length))]);
}

export function isOfPlatform(schema: string): boolean {
  return isPlatformSchema.test(schema);
}

/** Returns the grantees. */
export function grantees(grants: JsonValue | undefined): string[] {
  return isJsonObject(grants) ? Object.keys(grants) : [];
}
