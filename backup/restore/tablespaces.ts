import type pg from "pg";
import { unquoteIdentifier } from "../postgres/sqlText";
import type { SchemaEntry } from "./schemaArchive";

/** What selects the tablespace of an entry, among the settings before its statements. */
const selection = /^((?:SET [^\n]*\n)*?)SET default_tablespace = ("(?:[^"]|"")*"|[^\s;]+);\n/;

/**
 * Returns the entries without the tablespaces in which the session's role cannot create tables, and the names of these
 * tablespaces.
 */
export async function withoutTablespaces<T extends SchemaEntry>(
  client: pg.Client,
  entries: readonly T[],
): Promise<{ readonly kept: readonly T[]; readonly leftOut: readonly string[] }> {
  const { rows } = await client.query<{ name: string }>(
    "select spcname as name from pg_catalog.pg_tablespace where pg_catalog.has_tablespace_privilege(oid, 'create')",
  );
  const usable = new Set(rows.map(({ name }) => name));
  const leftOut = new Set<string>();
  const kept = entries.map((entry) => {
    const [, , quoted] = selection.exec(entry.sql) ?? [];
    if (quoted === undefined || usable.has(unquoteIdentifier(quoted))) return entry;
    leftOut.add(quoted);
    return { ...entry, sql: entry.sql.replace(selection, "$1") };
  });
  return {
    kept,
    leftOut: [...leftOut].map((name) => `tablespace ${name}: its tables are in the default one`),
  };
}
