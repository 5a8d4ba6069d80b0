import type { Client } from "pg";
import { z } from "zod";
import type { ExistingResourceFinder } from "./plan";

const roleInputs = z.object({ name: z.string() });

/**
 * Finders for what @pulumi/postgresql may have left behind. A role is the only one of our types whose second creation
 * fails: extensions are made `if not exists`, a membership may be granted twice, and the SQL bundle keeps a history.
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
