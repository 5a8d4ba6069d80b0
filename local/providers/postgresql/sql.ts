import pg from "pg";
import { UserError } from "../../../foundation/userError";
import type { CallContext } from "../../../plugins/host/provider";
import type { Server } from "./connection";

export const identifier = pg.escapeIdentifier;
export const literal = pg.escapeLiteral;

/** The first row of the answer, if there is one. */
export async function firstRow<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(text, [...parameters]);
  return rows[0];
}

/**
 * Runs `work` while the current user is a member of the roles, which a user that is no superuser must be to hand over
 * or drop what belongs to them. Memberships that were not there before are taken back.
 */
export async function asMemberOf(
  client: pg.ClientBase,
  roles: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const granted: string[] = [];
  for (const role of new Set(roles)) {
    const member = await firstRow<{ member: boolean }>(
      client,
      "select pg_catalog.pg_has_role(current_user, oid, 'member') as member from pg_catalog.pg_roles where rolname = $1",
      [role],
    );
    if (member === undefined || member.member) continue;
    await client.query(`grant ${identifier(role)} to current_user`);
    granted.push(role);
  }
  await work();
  for (const role of granted) await client.query(`revoke ${identifier(role)} from current_user`);
}

/** Whether the server has the database at all. Asked through the one that the provider is configured for. */
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

/** The parts of an id `database.name`. */
export function splitId(id: string, kind: string): { database: string; name: string } {
  const [database, name, ...more] = id.split(".");
  if (database && name && more.length === 0) return { database, name };
  throw new UserError(
    `"${id}" is not the id of a PostgreSQL ${kind}: write database.${kind}, such as postgres.${kind}.`,
  );
}
