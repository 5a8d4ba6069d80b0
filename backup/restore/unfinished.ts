import type pg from "pg";
import { z } from "zod";

/**
 * Marks a database into which a restore is being written. Once the database has been emptied, whatever it holds came from that restore, and the next
 * restore may remove it without being asked to. Until then it may hold data that nothing else has, which the mark says.
 */
const markSchema = "thorbis_restore";

const mark = z.object({
  run: z.string(),
  startedAt: z.iso.datetime(),
  /** Whether everything that the database held before is gone. A mark that does not say so is taken for one of a database that holds data. */
  isEmptied: z.boolean().default(false),
  /** Statements that give the database back the default privileges that it had before; undefined while it has them. */
  reinstate: z.array(z.string()).readonly().optional(),
  /** Statements that take the memberships back that the restore gave to its own role; they come last. */
  takeBack: z.array(z.string()).readonly().default([]),
});
export type UnfinishedRestore = z.infer<typeof mark>;

/** What `readApplicationObjects` calls it. */
export const markObject = `schema ${markSchema}`;

/** Reads the mark of a restore that was killed; undefined without one. */
export async function readUnfinishedRestore(client: pg.Client): Promise<UnfinishedRestore | undefined> {
  const { rows } = await client.query<{ text: string | null }>(
    "select obj_description(oid, 'pg_namespace') as text from pg_namespace where nspname = $1",
    [markSchema],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  try {
    return mark.parse(JSON.parse(row.text ?? ""));
  } catch {
    // A schema of that name which is somebody else's.
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
