import pg from "pg";
import type { SequenceValue } from "../manifest";

const { escapeIdentifier, escapeLiteral } = pg;

/** The number of sequences per statement, which is then planned in milliseconds. */
const readAtOnce = 200;

export interface SequenceName {
  readonly schema: string;
  readonly name: string;
}

/**
 * Reads the position of each sequence. Sequences do not follow snapshots: a value that is read after the snapshot is
 * never behind the snapshot's rows.
 */
export async function readSequences(
  client: pg.Client,
  sequences: readonly SequenceName[],
): Promise<SequenceValue[]> {
  const values: SequenceValue[] = [];
  for (let start = 0; start < sequences.length; start += readAtOnce) {
    const batch = sequences.slice(start, start + readAtOnce);
    const { rows } = await client.query<{ lastValue: string; isCalled: boolean }>(
      `select "lastValue", "isCalled" from (${batch
        .map(
          (sequence, index) =>
            `select ${index} as nth, last_value::text as "lastValue", is_called as "isCalled" from ${qualified(sequence)}`,
        )
        .join(" union all ")}) s order by nth`,
    );
    values.push(
      ...rows.map((row, index) => {
        const { schema = "", name = "" } = batch[index] ?? {};
        return { schema, sequence: name, ...row };
      }),
    );
  }
  return values;
}

/** Returns the statement that sets every sequence to the value in the manifest; undefined without sequences. */
export function describeSequences(values: readonly SequenceValue[]): string | undefined {
  if (values.length === 0) return undefined;
  const calls = values.map(
    ({ schema, sequence, lastValue, isCalled }) =>
      `select pg_catalog.setval(${escapeLiteral(qualified({ schema, name: sequence }))}, ${lastValue}, ${isCalled});`,
  );
  return ["-- The position of each sequence.", ...calls, ""].join("\n");
}

function qualified({ schema, name }: SequenceName): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}
