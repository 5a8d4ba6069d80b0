import * as z from "zod";

/** What the types must not have: partitions, and the foreign keys that PostgreSQL adds for each partition of a referenced table. */
export interface Partitions {
  /** The names of partitions, by schema. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** The names of foreign keys that exist only for a partition. */
  readonly foreignKeys: readonly string[];
}

/** Returns one row with the column `partitions`. Any role may run it. */
export const partitionsQuery = `
select jsonb_build_object(
  'tables', (
    select coalesce(jsonb_object_agg(nspname, names), '{}')
    from (
      select nspname, jsonb_agg(relname) as names
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relispartition and relkind in ('r', 'p', 'f')
      group by nspname
    ) as by_schema
  ),
  'foreignKeys', (
    select coalesce(jsonb_agg(distinct conname), '[]')
    from pg_constraint as copy
    where contype = 'f' and conparentid <> 0
      and not exists (
        select from pg_constraint as own
        where own.contype = 'f' and own.conparentid = 0 and own.conname = copy.conname
      )
  )
) as partitions`;

/** The answer to this query. */
export const partitionsAnswer = z.tuple([
  z.object({
    partitions: z.object({
      tables: z.record(z.string(), z.array(z.string())),
      foreignKeys: z.array(z.string()),
    }),
  }),
]);

/**
 * Returns the types without partitions. Applications use the partitioned table, and scheduled jobs create and drop
 * partitions, so types that name them would be out of date every month.
 * @param types as Supabase's generator formats them: with two spaces per level
 */
export function withoutPartitions(types: string, { tables, foreignKeys }: Partitions): string {
  const hidden = new Set(
    Object.entries(tables).flatMap(([schema, names]) => names.map((name) => key(schema, name))),
  );
  const hiddenKeys = new Set(
    foreignKeys.map((name) => `            foreignKeyName: ${JSON.stringify(name)}`),
  );
  const lines = types.split("\n");
  const kept: string[] = [];
  let schema = "";
  let section = "";
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    schema = /^ {2}(\S.*): \{$/.exec(line)?.[1] ?? schema;
    section = /^ {4}(\w+): \{$/.exec(line)?.[1] ?? section;
    const table = section === "Tables" ? /^ {6}(\S.*): \{$/.exec(line)?.[1] : undefined;
    const isPartition = table !== undefined && hidden.has(key(unquoted(schema), unquoted(table)));
    const isRelationship = line === "          {" && hiddenKeys.has(lines[index + 1] ?? "");
    const end = isPartition ? "      }" : "          },";
    const last = isPartition || isRelationship ? lines.indexOf(end, index) : -1;
    if (last >= 0) index = last;
    else kept.push(line);
  }
  return kept
    .join("\n")
    .replace(/Relationships: \[\n *\]/g, "Relationships: []")
    .replace(/^ {4}Tables: \{\n {4}\}$/gm, "    Tables: {\n      [_ in never]: never\n    }");
}

const key = (schema: string, name: string): string => JSON.stringify([schema, name]);

/** Returns the name of a property, which is quoted if it is no identifier. */
function unquoted(property: string): string {
  if (property.startsWith("'")) return property.slice(1, -1).replaceAll("\\'", "'");
  return property.startsWith('"') ? z.string().parse(JSON.parse(property)) : property;
}
