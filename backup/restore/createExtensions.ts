import type pg from "pg";
import { messageOf } from "../../foundation/userError";
import type { Manifest } from "../manifest";
import type { SchemaEntry } from "./schemaArchive";

/**
 * Creates the extensions in the archive's order, in which each comes after those that it needs. On a plain server
 * pg_cron is created with its jobs: only the database that it is configured for can have it, not the one beside it.
 */
export async function createExtensions(
  client: pg.Client,
  entries: readonly SchemaEntry[],
  {
    manifest: { extensions },
    isProject,
  }: { readonly manifest: Pick<Manifest, "extensions">; readonly isProject: boolean },
): Promise<string[]> {
  const leftOut: string[] = [];
  const created = entries.filter(({ kind, tag }) => kind === "EXTENSION" && (isProject || tag !== "pg_cron"));
  for (const { tag, sql } of created) {
    try {
      await client.query(sql);
      const schema = extensions.find(({ name }) => name === tag)?.schema;
      if (schema !== undefined) await moveExtension(client, { name: tag, schema, create: sql });
    } catch (error) {
      leftOut.push(`extension ${tag}: ${messageOf(error)}`);
    }
  }
  return leftOut;
}

/**
 * Moves an existing extension of the target into the schema of the backup, where the backup's objects expect it.
 * Nothing depends on it yet.
 */
async function moveExtension(
  client: pg.Client,
  { name, schema, create }: { readonly name: string; readonly schema: string; readonly create: string },
): Promise<void> {
  const { rows } = await client.query<{ movable: boolean }>(
    `select extrelocatable as movable from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where extname = $1 and n.nspname <> $2`,
    [name, schema],
  );
  const [found] = rows;
  if (found === undefined) return;
  const quoted = client.escapeIdentifier(name);
  await client.query(
    found.movable
      ? `alter extension ${quoted} set schema ${client.escapeIdentifier(schema)}`
      : // In one message, so both happen or neither.
        `drop extension ${quoted}; ${create}`,
  );
}
