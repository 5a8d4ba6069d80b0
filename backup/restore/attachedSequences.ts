import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { unquoteIdentifier } from "../postgres/sqlText";
import { withoutNeedlessQuotes } from "./accessEntries";
import type { Entry } from "./contents";

/** Names of sequences, as `pg_get_serial_sequence` and the inventory write them. */
type Names = ReadonlySet<string>;

/**
 * Returns the sequences of columns that a user added to tables of extensions. They are created with these columns,
 * where the role may add them.
 */
export function attachedSequences(access: readonly AccessEntry[]): Names {
  return new Set(
    access.flatMap(({ kind, name, facts }) =>
      kind === "sequence" && facts["owned by"] !== undefined ? [withoutNeedlessQuotes(name)] : [],
    ),
  );
}

export function holdsSequence(names: Names, schema: string, sequence: string): boolean {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  return names.has(withoutNeedlessQuotes(`${quote(schema)}.${quote(sequence)}`));
}

/**
 * Returns the entries of an archive without those that create such a sequence, and those about one that the target lacks.
 */
export async function withoutAttachedSequences<T extends Entry>(
  client: pg.Client,
  entries: readonly T[],
  attached: Names,
): Promise<T[]> {
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) s(name) where to_regclass(name) is not null",
    [[...attached]],
  );
  const present = new Set(rows.map(({ name }) => name));
  return entries.filter(({ kind, schema, tag }) => {
    // In tags of grants and comments, names are quoted.
    const [, quoted] = /^SEQUENCE (.*)$/s.exec(tag) ?? [];
    const sequence = quoted === undefined ? tag : unquoteIdentifier(quoted);
    if (schema === undefined || !holdsSequence(attached, schema, sequence)) return true;
    return !kind.startsWith("SEQUENCE") && holdsSequence(present, schema, sequence);
  });
}
