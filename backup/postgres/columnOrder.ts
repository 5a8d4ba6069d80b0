import type pg from "pg";
import type { NotCovered } from "../manifest";

interface Heir {
  readonly oid: string;
  /** Quoted and qualified. */
  readonly name: string;
  /** In the order of `inherits (…)`. */
  readonly parents: readonly string[];
  readonly columns: readonly { readonly name: string; readonly isLocal: boolean }[];
}

/**
 * Lists the tables whose columns are restored in another order. A new child has its parents' columns first, and a column
 * that a parent got after its child was created is behind the child's own ones.
 */
export async function readChangedOrders(client: pg.Client): Promise<NotCovered[]> {
  const { rows } = await client.query<Heir>(`
    select c.oid::text as oid, format('%I.%I', n.nspname, c.relname) as name,
      array(select inhparent::text from pg_inherits where inhrelid = c.oid order by inhseqno) as parents,
      (select coalesce(json_agg(json_build_object('name', attname, 'isLocal', attislocal) order by attnum), '[]')
       from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'f') and not c.relispartition and c.relpersistence <> 't'
      and c.oid in (select unnest(array[inhrelid, inhparent]) from pg_inherits)
    order by 2`);
  const tables = new Map(rows.map((row) => [row.oid, row]));
  const known = new Map<string, readonly string[]>();
  const restoredColumns = (oid: string): readonly string[] => {
    const before = known.get(oid);
    if (before !== undefined) return before;
    const { parents, columns } = tables.get(oid) ?? { parents: [], columns: [] };
    const own = columns.filter(({ isLocal }) => isLocal).map(({ name }) => name);
    const restored = [...new Set([...parents.flatMap(restoredColumns), ...own])];
    known.set(oid, restored);
    return restored;
  };
  return rows
    .filter(({ oid, columns }) => {
      const restored = restoredColumns(oid);
      return columns.some(({ name }, nth) => restored[nth] !== name);
    })
    .map(({ name }) => ({
      what: `order of the columns of table ${name}`,
      reason:
        "its parent got a column after it, and a restored table has its parent's columns first; columns of its row type get their values in that order",
    }));
}
