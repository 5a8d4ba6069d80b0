import { type Catalog, partsOfIdentity } from "../../catalog";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";

/** A rehearsal in a dry run would block readers of large tables, so it must leave files out. None of them has run. */
export class UndoneTablesTooLarge extends Error {
  constructor(readonly files: readonly { readonly file: BundleFile; readonly why: string }[]) {
    super("a rehearsal would lock large tables");
  }
}

/** Parts of a table that only go with an ACCESS EXCLUSIVE lock on it. */
const parts: ReadonlySet<string> = new Set(["column", "constraint", "policy", "trigger", "rule"]);

/** Returns the table or materialized view that is locked against reads if the object is dropped. */
export function lockedTable(identity: string, live: Catalog): string | undefined {
  const { kind, parent, name } = partsOfIdentity(identity);
  if (parts.has(kind)) return parent;
  const table = kind === "index" ? live[identity]?.table : undefined;
  if (typeof table === "string") return table;
  return kind === "table" || kind === "materialized view" ? name : undefined;
}

/** Returns the tables that are larger than `megabytes`, each with its size in megabytes, including its partitions. */
export async function largerTables(
  session: Session,
  tables: readonly string[],
  megabytes: number,
): Promise<ReadonlyMap<string, number>> {
  if (tables.length === 0) return new Map();
  const { rows } = await session.work.query<{ name: string; megabytes: number }>(
    `select t.name, t.megabytes from (
       select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, (
         select sum(pg_table_size(p.oid)) / 1000000 from (
           select c.oid union select relid from pg_partition_tree(c.oid)) p
         where not exists (select from pg_locks l
           where l.relation = p.oid and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid()))::float8 as megabytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'm')
         and quote_ident(n.nspname) || '.' || quote_ident(c.relname) = any ($1::text[])) t
     where t.megabytes > $2`,
    [tables, megabytes],
  );
  return new Map(rows.map((row) => [row.name, row.megabytes]));
}
