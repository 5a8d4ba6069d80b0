import type { Client } from "pg";
import { type RoleDefinition, roleDefinitions } from "../../../components/databaseRoles/roleDefinitions";

/** Password of all login roles that `createRoles` creates. */
export const rolePassword = "test-password";

/**
 * Creates the roles of DatabaseRoles, which exist before the bundle, from the same definitions.
 *
 * @param client connected as `postgres`, who becomes a member of app_owner
 */
export async function createRoles(client: Client): Promise<void> {
  for (const [name, role] of Object.entries<RoleDefinition>(roleDefinitions)) {
    const quoted = client.escapeIdentifier(name);
    const login = role.login ? `login password ${client.escapeLiteral(rolePassword)}` : "nologin";
    const bypass = role.bypassRowLevelSecurity === true ? "bypassrls" : "";
    await client.query(`create role ${quoted} ${login} ${bypass}`);
    for (const group of role.memberOf ?? []) {
      await client.query(`grant ${client.escapeIdentifier(group)} to ${quoted}`);
    }
    if (role.grantedToDeployer === true) await client.query(`grant ${quoted} to postgres`);
  }
}

/** Extension and schema, as DatabaseExtensions creates them; without postgis, which is slow to create and used by no object. */
const extensions = {
  "uuid-ossp": "extensions",
  pgcrypto: "extensions",
  pg_stat_statements: "extensions",
  pg_trgm: "extensions",
  btree_gin: "extensions",
  pg_cron: "pg_catalog",
} as const;

/** Creates the extensions of DatabaseExtensions, which exist before the bundle. */
export async function createExtensions(client: Client): Promise<void> {
  for (const [name, schema] of Object.entries(extensions)) {
    await client.query(
      `create extension if not exists ${client.escapeIdentifier(name)} schema ${client.escapeIdentifier(schema)}`,
    );
  }
}
