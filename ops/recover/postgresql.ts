import type { Client } from "pg";
import * as z from "zod";
import type { ExistingResourceFinder } from "./plan";

const roleInputs = z.object({ name: z.string() });

/**
 * Returns finders for resources of @pulumi/postgresql that exist but are not in the state. Only a role's second creation fails:
 * extensions are created with `if not exists`, a membership may be granted twice, and the SQL bundle has a history.
 */
export function postgresqlFinders(database: Client): Record<string, ExistingResourceFinder> {
  return {
    "postgresql:index/role:Role": async (pending) => {
      const { name } = roleInputs.parse(pending.inputs);
      const result = await database.query("select 1 from pg_catalog.pg_roles where rolname = $1", [name]);
      return result.rowCount === 0 ? undefined : name;
    },
  };
}
