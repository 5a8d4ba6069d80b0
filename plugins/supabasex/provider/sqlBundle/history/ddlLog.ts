import type { ClientBase } from "pg";
import { partsOfIdentity } from "../catalog";
import { type ChangedPath, loggedAs } from "./loggedAs";

/** The name of the table in which a bundle's event triggers log schema changes, in any schema; and the columns that are read. */
const logTable = "ddl_log";
const columns = [
  "acting_role",
  "address",
  "application",
  "object_identity",
  "object_type",
  "occurred_at",
  "session_role",
  "tag",
] as const;

/** Where to look for authors. */
export interface AuthorSubject {
  /** The tables of the bundle, as identities. Another table of the log's name may say anything. */
  readonly tables: Iterable<string>;
  /** The beginning of the application names of this stack's own deployments. */
  readonly application: string;
  /** Returns when the last one ended, if that is known. Only called if there is a log. */
  readonly deployedAt: () => Promise<string | undefined>;
}

/** Returns the key of a change in a map of authors. */
export function authorKey({ identity, property }: ChangedPath): string {
  return property === undefined ? identity : `${identity}, ${property}`;
}

/**
 * Returns key of the change → who last made such a change, when, and from where, according to the log:
 * `by postgres via psql from 10.0.0.7 at 2026-11-28 12:00:00 UTC`. `unknown` if the log cannot know. Empty if the bundle has no such
 * log, or the role may not read it.
 *
 * If the newest entry may be about another object, as of a statement that grants several, the newest one about the object follows after
 * `or`, unless it is ours. Such an entry of the last or an earlier deployment of ours counts only if there is no other.
 *
 * Any session can have the application name of our deployments, so the name proves nothing. What the last deployment changed is no
 * difference. So if the last entry has the name and is from before its end, either the log lacks a later change, or the name was forged: the
 * author is unknown, and the entry is shown. If it is from after its end, a run that stopped made the change, or another program with its
 * name, and the entry says so.
 */
export async function readAuthors(
  client: ClientBase,
  changes: readonly ChangedPath[],
  subject: AuthorSubject,
): Promise<ReadonlyMap<string, string>> {
  const log = changes.length === 0 ? undefined : await findLog(client, subject.tables);
  if (log === undefined) return new Map();
  const partitions = await partitionsOf(client, changes);
  const candidates = changes.flatMap((change) =>
    loggedAs(change, partitions.get(change.identity)).map((name, rank) => ({
      key: authorKey(change),
      rank,
      ...name,
    })),
  );
  // Names are compared without quotes and in lower case, because the log has them as in the statement.
  const granted = `lower(replace(case when entry.object_type in ('FUNCTION', 'PROCEDURE', 'ROUTINE')
           then split_part(entry.object_identity, '(', 1) else entry.object_identity end, '"', ''))`;
  const wanted = `lower(replace(wanted.name, '"', ''))`;
  const { rows } = await client.query<Entry>(
    `with wanted as materialized (
       select * from jsonb_to_recordset($1::jsonb) as w (key text, rank integer, name text, tags text, types text[], maybe text[])
     ),
     found as (
       select wanted.key, wanted.rank, entry.*
       from wanted
       join ${log} entry on replace(replace(entry.object_identity, 'pg_catalog.', ''), ', ', ',') = wanted.name
       where wanted.maybe is null and entry.tag ~ wanted.tags
         and (wanted.types is null or lower(entry.object_type) = any (wanted.types))
       union all
       select wanted.key, wanted.rank, entry.*
       from wanted
       join ${log} entry on entry.object_type = any (wanted.maybe) and entry.tag ~ wanted.tags
       where entry.object_identity is null
         or ${granted} in (${wanted}, substring(${wanted} from '[^.]*$'))
         -- As database.schema.table.
         or right(${granted}, length(${wanted}) + 1) = '.' || ${wanted}
     ),
     judged as (
       select *,
         coalesce(starts_with(application || ' ', $2 || ' '), false) as "hasOurName",
         occurred_at <= coalesce($3::timestamptz, 'infinity') as "isEarlier"
       from found
     ),
     newest as (
       select distinct on (key, rank) * from judged order by key, rank, "hasOurName" and "isEarlier" and rank > 0, occurred_at desc
     )
     select entry.key, entry.rank, entry."hasOurName", entry."isEarlier",
       concat('by ', entry.session_role, case when entry.acting_role <> entry.session_role then ' as ' || entry.acting_role end,
         ' via ' || nullif(entry.application, ''), ' from ' || host(entry.address)) as origin,
       concat(' at ' || to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' UTC') as time
     from newest entry
     order by entry.key, entry.occurred_at desc, entry.rank`,
    [JSON.stringify(candidates), subject.application, (await subject.deployedAt()) ?? null],
  );
  const known = new Map<string, Entry[]>();
  for (const entry of rows) known.set(entry.key, [...(known.get(entry.key) ?? []), entry]);
  return new Map(
    changes.map((change) => {
      const { text, isKnown } = authorOf(known.get(authorKey(change)) ?? []);
      return [authorKey(change), change.property === "owner" && isKnown ? `${text}${orReassigned}` : text];
    }),
  );
}

/** The newest entry under one of the names of a change. */
interface Entry {
  readonly key: string;
  /** The place of the name: 0 for the object's own. */
  readonly rank: number;
  readonly origin: string;
  readonly time: string;
  /** Whether its application name is that of this stack's deployments. */
  readonly hasOurName: boolean;
  /** Whether it is from before the end of the last deployment, or that is not known. */
  readonly isEarlier: boolean;
}

interface Author {
  readonly text: string;
  /** Whether the text names somebody who may have made the change, not only the last logged change. */
  readonly isKnown: boolean;
}

const unknown = "by unknown";

/** Event triggers do not fire for this statement, so what was logged last may be another change of the object. */
const orReassigned = ", or by an unknown user with `reassign owned`, which is not logged";

/** @param entries the newest first */
function authorOf(entries: readonly Entry[]): Author {
  const informative = entries.filter(
    ({ rank, hasOurName, isEarlier }) => rank === 0 || !hasOurName || !isEarlier,
  );
  const [latest, ...others] = informative.length > 0 ? informative : entries;
  if (latest === undefined) return { text: unknown, isKnown: false };
  const author = `${latest.origin}${latest.time}`;
  if (latest.hasOurName && latest.isEarlier)
    return { text: `${unknown}; last logged change ${author}`, isKnown: false };
  if (latest.hasOurName) {
    const stopped =
      "after the last completed deployment: a run that stopped, or another program with its name";
    return { text: `${author}, ${stopped}`, isKnown: true };
  }
  const other =
    latest.rank === 0
      ? undefined
      : others.find(({ hasOurName, origin }) => !hasOurName && origin !== latest.origin);
  const orOther = other === undefined ? "" : `, or ${other.origin}${other.time}`;
  return { text: `${author}${orOther}`, isKnown: true };
}

/**
 * Returns identity → the partitions of the table of a trigger, of all levels, that lack it, if what changed is which of them have it. If
 * none seems to, all.
 */
async function partitionsOf(
  client: ClientBase,
  changes: readonly ChangedPath[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const parents = changes
    .filter(({ property }) => property === "partitions")
    .map(({ identity }) => {
      const { parent, name } = partsOfIdentity(identity);
      return { identity, parent, name };
    });
  if (parents.length === 0) return new Map();
  const { rows } = await client.query<{ identity: string; names: string[] }>(
    `with recursive below as (
       select wanted.identity, wanted.name as trigger, p.oid as top, i.inhrelid as oid
       from jsonb_to_recordset($1::jsonb) as wanted (identity text, parent text, name text)
       join pg_namespace n on starts_with(wanted.parent, quote_ident(n.nspname) || '.')
       join pg_class p on p.relnamespace = n.oid and format('%I.%I', n.nspname, p.relname) = wanted.parent
       join pg_inherits i on i.inhparent = p.oid
       union all
       select b.identity, b.trigger, b.top, i.inhrelid
       from below b
       join pg_inherits i on i.inhparent = b.oid
     ),
     partition as (
       select b.identity, format('%I.%I', s.nspname, c.relname) as name, exists (
         select from pg_trigger copy
         where copy.tgrelid = c.oid and not copy.tgisinternal
           and (copy.tgname, copy.tgfoid, copy.tgtype, copy.tgenabled) = (t.tgname, t.tgfoid, t.tgtype, t.tgenabled)) as guarded
       from below b
       left join pg_trigger t on t.tgrelid = b.top and quote_ident(t.tgname) = b.trigger
       join pg_class c on c.oid = b.oid
       join pg_namespace s on s.oid = c.relnamespace
     )
     select identity, coalesce(array_agg(name) filter (where not guarded), array_agg(name)) as names
     from partition
     group by identity`,
    [JSON.stringify(parents)],
  );
  return new Map(rows.map(({ identity, names }) => [identity, names]));
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
