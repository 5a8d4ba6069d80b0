import type pg from "pg";
import * as z from "zod";
import { type LentMembership, lentMembership } from "./lentMemberships";

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
  const found = await readMark(client);
  return found?.isBelieved === true ? found.restore : undefined;
}

/**
 * Reads the memberships that a killed restore of any role granted. Of another role's mark only those of other roles count: the session
 * cannot revoke them, so they are only named.
 */
export async function readLentMemberships(client: pg.Client): Promise<readonly LentMembership[]> {
  const found = await readMark(client);
  if (found === undefined) return [];
  const { isBelieved, reader, restore } = found;
  return isBelieved ? restore.lent : restore.lent.filter(({ member }) => member !== reader);
}

interface Mark {
  readonly restore: UnfinishedRestore;
  readonly isBelieved: boolean;
  /** The role of the session. */
  readonly reader: string;
}

async function readMark(client: pg.Client): Promise<Mark | undefined> {
  const { rows } = await client.query<{ text: string | null; isBelieved: boolean; reader: string }>(
    `select obj_description(n.oid, 'pg_namespace') as text, current_user as reader,
       r.rolname = current_user or r.rolsuper as "isBelieved"
     from pg_namespace n join pg_roles r on r.oid = n.nspowner
     where n.nspname = $1`,
    [markSchema],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { text, ...author } = row;
  try {
    return { ...author, restore: mark.parse(JSON.parse(text ?? "")) };
  } catch {
    // An application's schema of that name.
    return undefined;
  }
}

/** Marks the database, instead of a former mark. What else the schema contains is removed: the target is being emptied. */
export async function markUnfinished(client: pg.Client, restore: UnfinishedRestore): Promise<void> {
  await client.query(
    `drop schema if exists ${markSchema} cascade; create schema ${markSchema}; comment on schema ${markSchema} is ${client.escapeLiteral(JSON.stringify(restore))}`,
  );
}

export async function removeMark(client: pg.Client): Promise<void> {
  await client.query(`drop schema if exists ${markSchema}`);
}
