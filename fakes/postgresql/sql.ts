import pg from "pg";
import { UserError } from "../../foundation/userError";
import type { CallContext } from "../../plugins/provider-host/provider";
import type { Server } from "./connection";

export const identifier = pg.escapeIdentifier;
export const literal = pg.escapeLiteral;

/** Returns the first row of the result, if there is one. */
export async function firstRow<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(text, [...parameters]);
  return rows[0];
}

/**
 * Runs `work` while the current user may act as the roles. A user that is not a superuser needs this to reassign or drop objects
 * of these roles. Revokes the memberships that it granted. Like the official plugin, requires memberships with the option SET:
 * since PostgreSQL 16, the creator of a role is a member without it.
 */
export async function asMemberOf(
  client: pg.ClientBase,
  roles: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const granted: string[] = [];
  for (const role of new Set(roles)) {
    const found = await firstRow<{ can_act: boolean }>(
      client,
      `select r.rolname = current_user
         or exists (select from pg_catalog.pg_roles u where u.rolname = current_user and u.rolsuper)
         or exists (
           select from pg_catalog.pg_auth_members m
           where m.roleid = r.oid and m.member = (select oid from pg_catalog.pg_roles where rolname = current_user)
             -- Versions before 16 do not have the column.
             and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) as can_act
       from pg_catalog.pg_roles r where r.rolname = $1`,
      [role],
    );
    if (found === undefined || found.can_act) continue;
    await client.query(`grant ${identifier(role)} to current_user`);
    granted.push(role);
  }
  await work();
  for (const role of granted) await client.query(`revoke ${identifier(role)} from current_user`);
}

/** Returns whether the server has the database. Connects to the provider's configured database. */
export async function databaseExists(
  server: Server,
  database: string,
  context: CallContext,
): Promise<boolean> {
  if (database === server.database) return true;
  const found = await server.read(server.database, context, (client) =>
    firstRow(client, "select 1 from pg_catalog.pg_database where datname = $1", [database]),
  );
  return found !== undefined;
}

/** Splits an id `database.name`. */
export function splitId(id: string, kind: string): { database: string; name: string } {
  const [database, name, ...more] = id.split(".");
  if (database && name && more.length === 0) return { database, name };
  throw new UserError(
    `"${id}" is not the id of a PostgreSQL ${kind}: write database.${kind}, such as postgres.${kind}.`,
  );
}
