import pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { AccessEntry } from "../postgres/access";
import { isPlatformRole } from "../postgres/platform";
import { granteeOf, grantsOf, isOfPlatform, ownerOf } from "./accessEntries";

/** How many roles a message names. */
const maxNamed = 5;

/**
 * Checks that the target has every role that owns an object of the application or has privileges on one. A backup omits
 * superusers, so such a role may be missing after the backup's own roles were created. Without it, the restored database
 * would differ from the backup, which would only be noticed at the end.
 *
 * @throws UserError that names the roles, each with one of its objects
 */
export async function requireRoles(client: pg.ClientBase, access: readonly AccessEntry[]): Promise<void> {
  const uses = rolesOfApplication(access);
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) as role (name) where name not in (select rolname from pg_catalog.pg_roles) order by name",
    [[...uses.keys()]],
  );
  if (rows.length === 0) return;
  const missing = rows.map(({ name }) => name);
  const described = missing
    .slice(0, maxNamed)
    .map((name) => `${pg.escapeIdentifier(name)} (${uses.get(name)})`);
  const more = missing.length > maxNamed ? ` and ${missing.length - maxNamed} more` : "";
  const statements = missing.map((name) => `create role ${pg.escapeIdentifier(name)}`).join("; ");
  throw new UserError(
    `Nothing was restored: objects of the backup belong to roles or have grants to roles that neither the backup nor the target has, because a backup omits superusers: ${described.join(", ")}${more}. Create them in the target (\`${statements}\`), and run the same command again.`,
    exitCodes.restoreFailed,
  );
}

/** Returns whether a role is that of everybody, one of the server's, or one of the platform's. */
const isAlwaysThere = (role: string): boolean =>
  role === "" || role === "public" || role.startsWith("pg_") || isPlatformRole(role);

/** Returns each role with one of the objects that it owns or has privileges on. */
function rolesOfApplication(access: readonly AccessEntry[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of access) {
    if (isOfPlatform(entry)) continue;
    for (const role of [ownerOf(entry), ...grantsOf(entry).map(granteeOf)])
      if (!isAlwaysThere(role) && !found.has(role)) found.set(role, `${entry.kind} ${entry.name}`);
  }
  return found;
}
