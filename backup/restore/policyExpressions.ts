import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { byName, keyOf, splitPart } from "./accessEntries";
import { succeeds } from "./succeeds";

/** The expressions of a policy, by the names of their facts. */
interface Expressions {
  readonly using?: string;
  readonly "with check"?: string;
}

const probe = "thorbis_comparison";

/**
 * Returns the backup's entries with the expressions of policies as this server writes them. A server may write an
 * expression differently once it has read its own text: `status in ('a', 'b')` on a column of type `varchar` becomes
 * `(ARRAY['a'::varchar, …])::text[]`, and that becomes `ARRAY[('a'::varchar)::text, …]`.
 *
 * @param found the entries of this database
 * @param searchPath for operators that the text cannot qualify
 */
export async function rewritePolicies(
  client: pg.Client,
  expected: readonly AccessEntry[],
  { found, searchPath }: { readonly found: readonly AccessEntry[]; readonly searchPath: string },
): Promise<AccessEntry[]> {
  const restored = byName(found);
  const rewritten: AccessEntry[] = [];
  for (const entry of expected) {
    const present = entry.kind === "policy" ? restored.get(keyOf(entry))?.facts : undefined;
    const isSame = (expressions: Expressions): boolean =>
      expressions.using === present?.using && expressions["with check"] === present?.["with check"];
    if (present === undefined || isSame(entry.facts)) {
      rewritten.push(entry);
      continue;
    }
    let facts = entry.facts;
    for (const path of ["''", searchPath]) {
      const written = await writtenHere(client, entry, path);
      if (written !== undefined && isSame(written)) facts = { ...facts, ...written };
    }
    rewritten.push({ ...entry, facts });
  }
  return rewritten;
}

/** Creates a policy with the same expressions, reads it, and removes it; undefined if the server refuses it. */
async function writtenHere(
  client: pg.Client,
  { name, facts }: AccessEntry,
  searchPath: string,
): Promise<Expressions | undefined> {
  const { table } = splitPart(name);
  const clauses = [
    ...(facts.using === undefined ? [] : [`using (${facts.using})`]),
    ...(facts["with check"] === undefined ? [] : [`with check (${facts["with check"]})`]),
  ].join(" ");
  await client.query("begin");
  try {
    // With the time zone of `readAccess`.
    const create = `set local timezone = 'UTC'; set local search_path = ${searchPath}; create policy ${probe} on ${table} ${clauses}; set local search_path = ''`;
    if (!(await succeeds(client, create))) return undefined;
    const { rows } = await client.query<{ expressions: Expressions }>(
      `select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('using', pg_catalog.pg_get_expr(polqual, polrelid),
         'with check', pg_catalog.pg_get_expr(polwithcheck, polrelid))) as expressions
       from pg_catalog.pg_policy where polname = $1 and polrelid = pg_catalog.to_regclass($2)`,
      [probe, table],
    );
    return rows[0]?.expressions;
  } finally {
    await client.query("rollback");
  }
}
