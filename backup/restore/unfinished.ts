import type pg from "pg";
import * as z from "zod";
import { lentMembership } from "./lentMemberships";

/**
 * Marks a database into which a restore is being written. After the database was emptied, all its contents come from
 * that restore, and the next restore may remove them without confirmation. Until then it may hold data that exists
 * nowhere else, which the mark says.
 */
const markSchema = "thorbis_restore";

const mark = z.object({
  run: z.string(),
  startedAt: z.iso.datetime(),
  /** Whether the database was emptied. A mark without this counts as that of a database that holds data. */
  isEmptied: z.boolean().default(false),
  /** Statements that restore the database's previous default privileges; undefined while it has them. */
  reinstate: z.array(z.string()).readonly().optional(),
  /** The memberships that the restore granted to its own role; they are revoked last. */
  lent: z.array(lentMembership).readonly().default([]),
});
export type UnfinishedRestore = z.infer<typeof mark>;

/** Its name in `readApplicationObjects`. */
export const markObject = `schema ${markSchema}`;

/**
 * Reads the mark of a killed restore; undefined without one. Only a mark of the session's own role or of a superuser counts: it
 * contains statements, and says that nothing in the database needs to be kept.
 */
export async function readUnfinishedRestore(client: pg.Client): Promise<UnfinishedRestore | undefined> {
  const { rows } = await client.query<{ text: string | null }>(
    `select obj_description(n.oid, 'pg_namespace') as text
     from pg_namespace n join pg_roles r on r.oid = n.nspowner
     where n.nspname = $1 and (r.rolname = current_user or r.rolsuper)`,
    [markSchema],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  try {
    return mark.parse(JSON.parse(row.text ?? ""));
  } catch {
    // An application's schema of that name.
    return undefined;
  }
}

export async function markUnfinished(client: pg.Client, restore: UnfinishedRestore): Promise<void> {
  await client.query(
    `create schema ${markSchema}; comment on schema ${markSchema} is ${client.escapeLiteral(JSON.stringify(restore))}`,
  );
}

export async function removeMark(client: pg.Client): Promise<void> {
  await client.query(`drop schema if exists ${markSchema}`);
}
