import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { byName, isOfPlatform, keyOf, withoutNeedlessQuotes } from "./accessEntries";
import type { SchemaEntry } from "./schemaArchive";
import { succeeds } from "./succeeds";

/** Members of extensions, with the kinds and names of the inventory. */
const members = `
  select 'routine' as kind, e.extname as extension,
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
  from pg_depend d join pg_extension e on e.oid = d.refobjid join pg_proc p on p.oid = d.objid join pg_namespace n on n.oid = p.pronamespace
  where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  union all
  select k.kind, e.extname, format('%I.%I', n.nspname, c.relname)
  from pg_depend d join pg_extension e on e.oid = d.refobjid join pg_class c on c.oid = d.objid join pg_namespace n on n.oid = c.relnamespace
    join (values ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'materialized view'), ('f', 'foreign table'), ('S', 'sequence')) k(relkind, kind)
      on k.relkind = c.relkind::text
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'`;

interface Member {
  readonly kind: string;
  readonly extension: string;
  readonly name: string;
}

/**
 * Removes objects from new extensions of which the source had removed them with `alter extension … drop …`, because the
 * archive creates them. What the role may not remove stays.
 *
 * @returns the entries of the archive that create what is left of these extensions
 */
export async function releaseMembers(
  client: pg.Client,
  entries: readonly SchemaEntry[],
  access: readonly AccessEntry[],
): Promise<SchemaEntry[]> {
  const { rows } = await client.query<Member>(members);
  const own = byName(access.filter((entry) => entry.facts.extension === undefined && !isOfPlatform(entry)));
  const routines = new Set<string>();
  for (const { kind, extension, name } of rows) {
    if (!own.has(keyOf({ kind, name, facts: {} }))) continue;
    const release = `alter extension ${client.escapeIdentifier(extension)} drop ${kind} ${name}`;
    // Operators and aggregates of the extension may need a routine, so it is replaced.
    if (kind !== "routine") await succeeds(client, `${release}; drop ${kind} ${name}`);
    else if (await succeeds(client, release)) routines.add(withoutNeedlessQuotes(name.replace(/\(.*$/s, "")));
  }
  return entries.map((entry) => (routines.has(routineOf(client, entry)) ? replacing(entry) : entry));
}

/** Returns the name of the routine that an entry creates, without its arguments. */
function routineOf(client: pg.Client, { schema = "", tag, sql }: SchemaEntry): string {
  if (!creation.test(sql)) return "";
  const [, name = ""] = /^("(?:[^"]|"")*"|[^("]+)\(/.exec(tag) ?? [];
  return withoutNeedlessQuotes(`${client.escapeIdentifier(schema)}.${name}`);
}

const creation = /^CREATE (?=FUNCTION |PROCEDURE |AGGREGATE )/m;

function replacing(entry: SchemaEntry): SchemaEntry {
  return { ...entry, sql: entry.sql.replace(creation, "CREATE OR REPLACE ") };
}
