import pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { formatBytes } from "../output";
import type { TableName } from "../postgres/inventory";

const { escapeIdentifier } = pg;

/** The peak memory of the program, its sessions and its compressors, without rows. */
const reservedBytes = 220 * 1024 * 1024;
/** While psql writes a row, it holds it twice: as received, and as written. */
const copiesOfRow = 2;
/** PostgreSQL's compression reduces a value by at most this factor. */
const bestCompression = 256;

interface Candidate extends TableName {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/**
 * Checks that the task's memory is sufficient for the largest row, before anything is written. Tables whose out-of-line
 * values cannot add up to such a row are not read. Of the others, only the sizes of the values are read, except for
 * values that are large even when compressed.
 *
 * @param client the session that holds the snapshot
 * @param memoryBytes the limit for all processes of the task; undefined without a limit
 * @throws UserError with the table and the required memory
 */
export async function requireMemoryForRows(
  client: pg.Client,
  tables: readonly TableName[],
  memoryBytes: number | undefined,
): Promise<void> {
  if (memoryBytes === undefined) return;
  const largest = Math.max(0, Math.floor((memoryBytes - reservedBytes) / copiesOfRow));
  const wanted = new Set(tables.map(keyOf));
  for (const candidate of await readCandidates(client, largest)) {
    if (!wanted.has(keyOf(candidate))) continue;
    const rowBytes = await readLargestRow(client, candidate, largest);
    if (rowBytes <= largest) continue;
    throw new UserError(
      `The task has ${formatBytes(memoryBytes)} of memory, too little for a row of ${candidate.schema}.${candidate.name} that has ${formatBytes(rowBytes)} as text: it takes about ${formatBytes(reservedBytes + copiesOfRow * rowBytes)}; raise backup.memoryMegabytes, or BACKUP_MEMORY_MEGABYTES outside a stack.`,
      exitCodes.dumpFailed,
    );
  }
}

function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]);
}

/**
 * Returns the tables whose out-of-line values could add up to a row of this size, with the columns that could contain
 * such values.
 */
async function readCandidates(client: pg.Client, rowBytes: number): Promise<Candidate[]> {
  const { rows } = await client.query<Candidate>(
    `select n.nspname as schema, c.relname as name, v.columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       cross join lateral (
         select json_agg(json_build_object('name', attname, 'type', atttypid::regtype::text)) as columns from pg_attribute
         where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' and attlen = -1 and attstorage <> 'p') v
     -- Values of a dropped column stay until the table is rewritten.
     where v.columns is not null and c.relkind = 'r' and c.reltoastrelid <> 0
       and pg_relation_size(c.reltoastrelid)::numeric * ${bestCompression} > $1::numeric`,
    [rowBytes],
  );
  return rows;
}

/** Returns the size in bytes of the largest row as COPY writes it, counting only large values and no escapes. */
async function readLargestRow(
  client: pg.Client,
  { schema, name, columns }: Candidate,
  rowBytes: number,
): Promise<number> {
  const least = Math.floor(rowBytes / bestCompression / columns.length);
  const sizes = columns.map(({ name: column, type }) => {
    const value = escapeIdentifier(column);
    return `coalesce(case when pg_column_size(${value}) > ${least} then ${lengthOf(value, type)} end, 0)::bigint`;
  });
  const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  const { rows } = await client.query<{ bytes: string | null }>(
    `select max(${sizes.join(" + ")})::text as bytes from only ${table}`,
  );
  return Number(rows[0]?.bytes ?? 0);
}

/**
 * Returns an expression for the length. For text and bytea it is known without reading the value; bytea is written in
 * hexadecimal digits.
 */
function lengthOf(value: string, type: string): string {
  if (type === "bytea") return `2 * octet_length(${value})::bigint + 3`;
  if (["text", "character varying"].includes(type)) return `octet_length(${value})`;
  return `octet_length(${value}::text)`;
}
