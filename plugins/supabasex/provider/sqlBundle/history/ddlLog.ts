import type { ClientBase } from "pg";
import { partsOfIdentity } from "../catalog";

/** The table, in any schema, in which a bundle's event triggers log schema changes; and the columns that are read. */
const logTable = "ddl_log";
const columns = [
  "acting_role",
  "address",
  "application",
  "object_identity",
  "occurred_at",
  "session_role",
] as const;

/** Kinds whose changes fire no event trigger: cluster-wide objects, rows, and event triggers themselves. */
const unheard: ReadonlySet<string> = new Set([
  "accounts",
  "bucket",
  "cron job",
  "database",
  "database settings",
  "default privileges",
  "event trigger",
  "history record",
  "membership",
  "migration record",
  "platform",
  "role",
  "role settings",
]);

/**
 * Returns identity → who last changed the object, when, and from where, according to the log:
 * `by postgres via psql from 10.0.0.7 at 2026-11-28 12:00:00 UTC`. `unknown` if the log cannot know. Empty if the
 * database has no such log, or the role may not read it.
 */
export async function readAuthors(
  client: ClientBase,
  identities: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const log = identities.length === 0 ? undefined : await findLog(client);
  if (log === undefined) return new Map();
  const candidates = identities.flatMap((identity) =>
    loggedAs(identity).map((name, rank) => ({ identity, name, rank })),
  );
  const { rows } = await client.query<{ identity: string; author: string }>(
    `select distinct on (wanted.identity) wanted.identity,
       concat('by ', entry.session_role, case when entry.acting_role <> entry.session_role then ' as ' || entry.acting_role end,
         ' via ' || nullif(entry.application, ''), ' from ' || host(entry.address),
         ' at ' || to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' UTC') as author
     from jsonb_to_recordset($1::jsonb) as wanted (identity text, name text, rank integer)
     join ${log} entry on replace(replace(entry.object_identity, 'pg_catalog.', ''), ', ', ',') = wanted.name
     order by wanted.identity, wanted.rank, entry.occurred_at desc`,
    [JSON.stringify(candidates)],
  );
  const known = new Map(rows.map(({ identity, author }) => [identity, author]));
  return new Map(identities.map((identity) => [identity, known.get(identity) ?? "by unknown"]));
}

async function findLog(client: ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class c
     where c.relname = $1 and c.relkind in ('r', 'p')
       and has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
       and (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attname = any ($2)) = cardinality($2)
     order by 1 limit 1`,
    [logTable, columns],
  );
  return rows[0]?.name;
}

/** Returns the names that event triggers may use for an object, the most exact first. */
function loggedAs(identity: string): string[] {
  const { kind, name, parent } = partsOfIdentity(identity);
  if (unheard.has(kind)) return [];
  const plain = (text: string) => text.replaceAll("pg_catalog.", "").replaceAll(", ", ",");
  switch (kind) {
    case "column":
      return [`${parent}.${name}`, `${parent}`];
    case "policy":
    case "trigger":
    case "rule":
      return [`${name} on ${parent}`];
    case "constraint":
      return [`${name} on ${parent}`, `${parent}`];
    case "publication table":
      return [`${parent} in publication ${name}`];
    case "publication schema":
      return [`${parent} in publication ${name}`, name];
    default:
      return [plain(name)];
  }
}
