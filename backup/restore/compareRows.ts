import type pg from "pg";
import type { Manifest } from "../manifest";
import { readSequences } from "../postgres/sequences";
import type { LoadedTable } from "./loadRows";
import type { Missing } from "./schemaWriter";

/** Lists the tables that did not exist when their rows were loaded. */
export function missingRows(loaded: readonly LoadedTable[]): Missing[] {
  return loaded
    .filter(({ rows }) => rows === undefined)
    .map(({ schema, table }) => ({
      what: `rows of ${schema}.${table}`,
      reason: "the table is missing",
      sql: "",
    }));
}

/** Compares the row counts of the server with those of the manifest. */
export function rowDifferences({ tables: all, objects }: Manifest, loaded: readonly LoadedTable[]): string[] {
  const ofExtensions = new Set(
    objects.filter(({ content }) => content === "extension data").map(({ name }) => name),
  );
  const tables = all.filter(({ archive }) => !ofExtensions.has(archive));
  const counts = new Map(loaded.map(({ schema, table, rows }) => [JSON.stringify([schema, table]), rows]));
  return tables.flatMap(({ schema, table, rows }) => {
    const key = JSON.stringify([schema, table]);
    const count = counts.get(key) ?? 0;
    if (count === rows || (counts.has(key) && counts.get(key) === undefined)) return [];
    return [`${schema}.${table} has ${count} rows, the backup ${rows}`];
  });
}

/** Compares the positions of the sequences with the manifest. */
export async function sequenceDifferences(client: pg.Client, { sequences }: Manifest): Promise<string[]> {
  const found = await readSequences(
    client,
    sequences.map(({ schema, sequence }) => ({ schema, name: sequence })),
  );
  return sequences.flatMap(({ schema, sequence, lastValue, isCalled }, index) => {
    const restored = found[index];
    if (restored?.lastValue === lastValue && restored.isCalled === isCalled) return [];
    return [`sequence ${schema}.${sequence} is at ${restored?.lastValue}, in the backup at ${lastValue}`];
  });
}
