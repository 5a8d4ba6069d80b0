import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { unquoteIdentifier } from "../postgres/sqlText";
import { byName, keyOf, schemaOf, splitPart } from "./accessEntries";
import { needsSearchPath } from "./schemaWriter";
import { succeeds } from "./succeeds";

/** The expressions of a policy, by the names of their facts. */
interface Expressions {
  readonly using?: string;
  readonly "with check"?: string;
}

const probe = "thorbis_comparison";

/** How long a policy's table may be locked by another session. */
const lockSeconds = 10;

/** Returns the search path for the entries of a schema. */
export type SearchPathOf = (schema: string) => string;

/**
 * Returns the backup's entries with the expressions of policies as this server writes them. A server may write an
 * expression differently once it has read its own text: `status in ('a', 'b')` on a column of type `varchar` becomes
 * `(ARRAY['a'::varchar, …])::text[]`, and that becomes `ARRAY[('a'::varchar)::text, …]`.
 *
 * @param found the entries of this database
 * @param searchPath the paths with which the policies were created, if their operators cannot be qualified
 */
export async function rewritePolicies(
  client: pg.Client,
  expected: readonly AccessEntry[],
  { found, searchPath }: { readonly found: readonly AccessEntry[]; readonly searchPath: SearchPathOf },
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
    const written = await writtenHere(client, entry, searchPath);
    const facts = { ...entry.facts };
    for (const fact of ["using", "with check"] as const) {
      const text = written?.[fact];
      if (text !== undefined && text === present[fact]) facts[fact] = text;
    }
    rewritten.push({ ...entry, facts });
  }
  return rewritten;
}

/**
 * Creates a policy with the same expressions, reads it, and removes it; undefined if the server refuses it. The search
 * path is that of `SchemaWriter`, because with another one the text may have another meaning.
 */
async function writtenHere(
  client: pg.Client,
  { kind, name, facts }: AccessEntry,
  searchPath: SearchPathOf,
): Promise<Expressions | undefined> {
  const { table } = splitPart(name);
  const clauses = [
    ...(facts.using === undefined ? [] : [`using (${facts.using})`]),
    ...(facts["with check"] === undefined ? [] : [`with check (${facts["with check"]})`]),
  ].join(" ");
  const policy = `create policy ${probe} on ${table} ${clauses}`;
  const path = searchPath(unquoteIdentifier(schemaOf(kind, name)));
  for (const tried of needsSearchPath(policy) ? [path] : ["''", path]) {
    const written = await createAndRead(client, { policy, table, path: tried });
    if (written !== undefined) return written;
  }
  return undefined;
}

async function createAndRead(
  client: pg.Client,
  { policy, table, path }: Readonly<Record<"policy" | "table" | "path", string>>,
): Promise<Expressions | undefined> {
  await client.query("begin");
  try {
    // With the time zone of `readAccess`.
    const create = `set local lock_timeout = '${lockSeconds}s'; set local timezone = 'UTC'; set local search_path = ${path}; ${policy}; set local search_path = ''`;
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
