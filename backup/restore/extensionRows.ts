import type pg from "pg";
import type { Manifest } from "../manifest";
import { extensionSchemasLeftOut } from "../postgres/inventory";

interface ExtensionTable {
  readonly extension: string;
  readonly schema: string;
  readonly table: string;
  /** Quoted and qualified. */
  readonly name: string;
  /** `where …` for the user rows, or empty for all. */
  readonly condition: string;
}

/**
 * Deletes the user rows of these extensions, in the session's transaction. Rows that the role may not delete stay. If
 * the backup has rows of the same table, `extensionRowDifferences` reports them.
 */
export async function emptyExtensionTables(client: pg.Client, extensions: readonly string[]): Promise<void> {
  for (const { extension, name, condition } of await readExtensionTables(client)) {
    if (!extensions.includes(extension)) continue;
    await client.query("savepoint extension_rows");
    try {
      await client.query(`delete from only ${name} ${condition}`);
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      await client.query("rollback to savepoint extension_rows");
    }
    await client.query("release savepoint extension_rows");
  }
}

/** Compares the number of user rows in the tables of extensions with the manifest. */
export async function extensionRowDifferences(
  client: pg.Client,
  { tables, objects }: Pick<Manifest, "tables" | "objects">,
): Promise<string[]> {
  const archives = new Set(
    objects.flatMap(({ content, name }) => (content === "extension data" ? [name] : [])),
  );
  const backedUp = tables.filter(({ archive }) => archives.has(archive));
  if (backedUp.length === 0) return [];
  const differences: string[] = [];
  for (const { schema, table, name, condition } of await readExtensionTables(client)) {
    const expected = backedUp.find((one) => one.schema === schema && one.table === table);
    if (expected === undefined) continue;
    const { rows } = await client.query<{ rows: number }>(
      `select count(*)::float8 as rows from only ${name} ${condition}`,
    );
    const found = rows[0]?.rows ?? 0;
    if (found !== expected.rows)
      differences.push(`rows of ${schema}.${table}: ${found} here, ${expected.rows} in the backup`);
  }
  return differences;
}

/** Reads the tables whose rows extensions declare as user data, as far as the role may read them. */
async function readExtensionTables(client: pg.Client): Promise<ExtensionTable[]> {
  const { rows } = await client.query<ExtensionTable>(
    `select e.extname as extension, n.nspname as schema, c.relname as table, format('%I.%I', n.nspname, c.relname) as name, coalesce(config.condition, '') as condition
     from pg_catalog.pg_extension e cross join unnest(e.extconfig, e.extcondition) as config(oid, condition)
       join pg_catalog.pg_class c on c.oid = config.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname <> all ($1) and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
     order by 1, 2, 3`,
    [extensionSchemasLeftOut],
  );
  return rows;
}
