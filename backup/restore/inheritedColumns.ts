import type pg from "pg";
import { type AccessEntry, inheritedColumn, readInheritedColumns } from "../postgres/access";
import { maskQuoted, splitColumn } from "../postgres/sqlText";
import { byName, keyOf } from "./accessEntries";
import { runThose } from "./attached";
import type { SchemaEntry } from "./schemaArchive";

const storages: Readonly<Record<string, string>> = { p: "plain", e: "external", x: "extended", m: "main" };
const compressions: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

/** What an archive writes after a table if the storage of a column is not that of its type. */
const storageStatement = /^ALTER TABLE ONLY .* ALTER COLUMN .* SET (?:STORAGE|COMPRESSION) \w+;$/;

/**
 * Returns the entries without the storage of columns of tables in an inheritance tree, which `correctInheritedColumns`
 * sets. Otherwise a child would take over that of its parent, and could not be created if its parents have different ones.
 */
export function withoutStorage<T extends SchemaEntry>(
  entries: readonly T[],
  access: readonly AccessEntry[],
): readonly T[] {
  const tables = new Set(
    access.flatMap((entry) => (entry.kind === inheritedColumn ? [splitColumn(entry.name).table] : [])),
  );
  return entries.map((entry) => {
    const name = /^CREATE (?:UNLOGGED )?TABLE (.*) \($/m.exec(entry.sql)?.[1];
    if (entry.kind !== "TABLE" || name === undefined || !tables.has(name)) return entry;
    let start = 0;
    const kept = maskQuoted(entry.sql)
      .split("\n")
      .flatMap((line) => {
        const original = entry.sql.slice(start, start + line.length);
        start += line.length + 1;
        return storageStatement.test(line) ? [] : [original];
      });
    return { ...entry, sql: kept.join("\n") };
  });
}

/** Gives the columns of tables in an inheritance tree the properties of the backup, before rows are loaded. */
export async function correctInheritedColumns(
  client: pg.Client,
  access: readonly AccessEntry[],
): Promise<void> {
  const expected = access.filter((entry) => entry.kind === inheritedColumn);
  if (expected.length === 0) return;
  const found = byName(await readInheritedColumns(client));
  const statements = expected.flatMap((entry) => {
    const present = found.get(keyOf(entry))?.facts;
    if (present === undefined) return [];
    const { storage = "", compression = "", null: isNullable } = entry.facts;
    return [
      ...(isNullable === undefined || isNullable === present.null
        ? []
        : [isNullable === "yes" ? "drop not null" : "set not null"]),
      ...(storage === present.storage ? [] : [`set storage ${storages[storage]}`]),
      ...(compression === present.compression
        ? []
        : [`set compression ${compressions[compression] ?? "default"}`]),
    ].map((change) => {
      const { table, column } = splitColumn(entry.name);
      return `alter table only ${table} alter column ${column} ${change}`;
    });
  });
  await runThose(client, statements);
}
