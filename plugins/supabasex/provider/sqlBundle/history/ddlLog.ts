import type { ClientBase } from "pg";
import { partsOfIdentity } from "../catalog";

/** The name of the table in which a bundle's event triggers log schema changes, in any schema; and the columns that are read. */
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
  "OAuth client",
  "platform",
  "role",
  "role settings",
  "SAML provider",
  "SSO domain",
  "SSO provider",
]);

/** Where to look for authors. */
export interface AuthorSubject {
  /** The tables of the bundle, as identities. Another table of the log's name may say anything. */
  readonly tables: Iterable<string>;
  /** The beginning of the application names of this stack's own deployments. */
  readonly application: string;
  /** Returns when the last one ended, if that is known. Only called if there is a log. */
  readonly deployedAt: () => Promise<string | undefined>;
}

/**
 * Returns identity → who last changed the object, when, and from where, according to the log:
 * `by postgres via psql from 10.0.0.7 at 2026-11-28 12:00:00 UTC`. `unknown` if the log cannot know. Empty if the bundle has no such
 * log, or the role may not read it.
 *
 * Any session can have the application name of our deployments, so the name proves nothing. What the last deployment changed is no
 * difference. So if the last entry has the name and is from before its end, either the log lacks a later change, or the name was forged: the
 * author is unknown, and the entry is shown. If it is from after its end, a run that stopped made the change, or another program with its
 * name, and the entry says so.
 */
export async function readAuthors(
  client: ClientBase,
  identities: readonly string[],
  subject: AuthorSubject,
): Promise<ReadonlyMap<string, string>> {
  const log = identities.length === 0 ? undefined : await findLog(client, subject.tables);
  if (log === undefined) return new Map();
  const candidates = identities.flatMap((identity) =>
    loggedAs(identity).map((name, rank) => ({ identity, name, rank })),
  );
  const { rows } = await client.query<LastEntry>(
    `select distinct on (wanted.identity) wanted.identity,
       coalesce(starts_with(entry.application || ' ', $2 || ' '), false) as "hasOurName",
       entry.occurred_at <= coalesce($3::timestamptz, 'infinity') as "isEarlier",
       concat('by ', entry.session_role, case when entry.acting_role <> entry.session_role then ' as ' || entry.acting_role end,
         ' via ' || nullif(entry.application, ''), ' from ' || host(entry.address),
         ' at ' || to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' UTC') as author
     from jsonb_to_recordset($1::jsonb) as wanted (identity text, name text, rank integer)
     join ${log} entry on replace(replace(entry.object_identity, 'pg_catalog.', ''), ', ', ',') = wanted.name
     order by wanted.identity, wanted.rank, entry.occurred_at desc`,
    [JSON.stringify(candidates), subject.application, (await subject.deployedAt()) ?? null],
  );
  const known = new Map(rows.map((entry) => [entry.identity, authorOf(entry)]));
  return new Map(identities.map((identity) => [identity, known.get(identity) ?? unknown]));
}

/** The last entry about an object. */
interface LastEntry {
  readonly identity: string;
  readonly author: string;
  /** Whether its application name is that of this stack's deployments. */
  readonly hasOurName: boolean;
  /** Whether it is from before the end of the last deployment, or that is not known. */
  readonly isEarlier: boolean;
}

const unknown = "by unknown";

function authorOf({ author, hasOurName, isEarlier }: LastEntry): string {
  if (!hasOurName) return author;
  return isEarlier
    ? `${unknown}; last logged change ${author}`
    : `${author}, after the last completed deployment: a run that stopped, or another program with its name`;
}

async function findLog(client: ClientBase, tables: Iterable<string>): Promise<string | undefined> {
  const named = [...tables]
    .map(partsOfIdentity)
    .filter(({ kind, name }) => kind === "table" && name.endsWith(`.${logTable}`))
    .map(({ name }) => name);
  if (named.length === 0) return undefined;
  const { rows } = await client.query<{ name: string }>(
    // to_regclass() would fail for a role that may not use the schema.
    `select wanted.name
     from unnest($1::text[]) with ordinality as wanted (name, place)
     join pg_class c on c.relname = $3
     join pg_namespace n on n.oid = c.relnamespace and format('%I.%I', n.nspname, c.relname) = wanted.name
     where has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
       and (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attname = any ($2)) = cardinality($2)
     order by wanted.place limit 1`,
    [named, columns, logTable],
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
