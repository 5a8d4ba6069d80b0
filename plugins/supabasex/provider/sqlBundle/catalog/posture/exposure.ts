import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import type { Catalog } from "../catalog";
import { partsOfIdentity } from "../identity";
import { platformSchemas } from "../managedObjects";
import { withHeldRoles } from "./memberships";

/** The roles as which API requests may run in any database. */
export const builtInApiRoles: readonly string[] = [
  "anon",
  "authenticated",
  "authenticator",
  "public",
  "service_role",
];

/** The role as which Auth calls its hooks, which decide who can sign in and what a token contains. */
export const hookCaller = "supabase_auth_admin";

const isPlatformSchema = new RegExp(platformSchemas);

/** What clients of the API can access in a catalog. */
export interface Exposure {
  /** API roles, PUBLIC, the roles that a token may name because `authenticator` is a member of them, and their own. */
  readonly roles: ReadonlySet<string>;
  /**
   * Returns whether access to the contents of a schema counts: the platform's schemas, `public`, and those that API
   * roles may use or own.
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
    const { owner, grants } = live[identity] ?? {};
    if ([String(owner), ...grantees(grants)].some((role) => roles.has(role)))
      open.add(partsOfIdentity(identity).schema ?? "");
  }
  return { roles, includes: (schema) => open.has(schema) || isPlatformSchema.test(schema) };
}

/** Returns the roles as which API requests may run, with the roles whose privileges they hold. */
export function apiRolesOf(catalog: Catalog): ReadonlySet<string> {
  return withHeldRoles(builtInApiRoles, catalog);
}

export function isOfPlatform(schema: string): boolean {
  return isPlatformSchema.test(schema);
}

/** Returns the grantees. */
export function grantees(grants: JsonValue | undefined): string[] {
  return isJsonObject(grants) ? Object.keys(grants) : [];
}
