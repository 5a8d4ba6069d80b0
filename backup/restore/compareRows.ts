import type pg from "pg";
import type { Manifest } from "../manifest";
import { readSequences, type SequenceName } from "../postgres/sequences";
import { holdsSequence } from "./attachedSequences";
import type { LoadedTable } from "./loadRows";
import { describeRows } from "./missingNames";
import type { Missing } from "./schemaWriter";

/** Lists the tables that did not exist when their rows were loaded, and the rows that their tables refused. */
export function missingRows(loaded: readonly LoadedTable[]): Missing[] {
  return loaded.flatMap(({ schema, table, rows, refused = [], archive }) =>
    rows === undefined
      ? [{ what: `rows of ${schema}.${table}`, reason: `the table is missing (in ${archive})`, sql: "" }]
      : refused.map((some) => ({
          what: describeRows(some.rows, `${schema}.${table}`),
          reason: `${some.reason} (in ${archive})`,
          sql: "",
          refused: { table: `${schema}.${table}`, rows: some.rows },
        })),
  );
}

/** Compares the row counts of the server with those of the manifest. */
export function rowDifferences({ tables: all, objects }: Manifest, loaded: readonly LoadedTable[]): string[] {
  const ofExtensions = new Set(
    objects.filter(({ content }) => content === "extension data").map(({ name }) => name),
  );
  const tables = all.filter(({ archive }) => !ofExtensions.has(archive));
  const counts = new Map(
    loaded.map(({ schema, table, rows, refused = [] }) => [
      JSON.stringify([schema, table]),
      rows === undefined ? undefined : refused.reduce((sum, some) => sum + some.rows, rows),
    ]),
  );
  return tables.flatMap(({ schema, table, rows }) => {
    const key = JSON.stringify([schema, table]);
    const count = counts.get(key) ?? 0;
    if (count === rows || (counts.has(key) && counts.get(key) === undefined)) return [];
    return [`${schema}.${table} has ${count} rows, the backup ${rows}`];
  });
}

/**
 * Compares the positions of the sequences with the manifest.
 * @param attached sequences of columns that a user added to tables of extensions, where the role may not add them
 */
export async function sequenceDifferences(
  client: pg.Client,
  { sequences }: Pick<Manifest, "sequences">,
  attached: ReadonlySet<string>,
): Promise<{ readonly application: string[]; readonly attached: string[] }> {
  const found = await readSequences(client, await readable(client, sequences));
  const positions = new Map(found.map((value) => [JSON.stringify([value.schema, value.sequence]), value]));
  const differences = { application: [] as string[], attached: [] as string[] };
  for (const { schema, sequence, lastValue, isCalled } of sequences) {
    const restored = positions.get(JSON.stringify([schema, sequence]));
    if (restored?.lastValue === lastValue && restored.isCalled === isCalled) continue;
    const list = holdsSequence(attached, schema, sequence) ? differences.attached : differences.application;
    const here = restored === undefined ? "is missing" : `is at ${restored.lastValue}`;
    list.push(`sequence ${schema}.${sequence} ${here}, in the backup at ${lastValue}`);
  }
  return differences;
}

async function readable(client: pg.Client, sequences: Manifest["sequences"]): Promise<SequenceName[]> {
  const { rows } = await client.query<SequenceName>(
    `select schema, name from unnest($1::text[], $2::text[]) s(schema, name)
     where has_sequence_privilege(to_regclass(format('%I.%I', schema, name))::oid, 'select')`,
    [sequences.map(({ schema }) => schema), sequences.map(({ sequence }) => sequence)],
  );
  return rows;
}
