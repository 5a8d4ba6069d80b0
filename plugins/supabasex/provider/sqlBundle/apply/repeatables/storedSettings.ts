import { type Catalog, partsOfIdentity } from "../../catalog";
import type { RepairGroup } from "../../repair/restore";
import type { Session } from "../../session/session";

/**
 * Returns, for each materialized view, the statements that set again what its catalog entry does not contain: how its columns are stored
 * and sampled, and the index on which it was last clustered. A rebuild that recreates the view from that entry would lose them. Each
 * statement is a group, so that a refused one does not undo the others.
 */
export async function storedSettings(session: Session, catalog: Catalog): Promise<RepairGroup[]> {
  if (!Object.keys(catalog).some((identity) => partsOfIdentity(identity).kind === "materialized view"))
    return [];
  const { rows } = await session.work.query<{ identity: string; statement: string }>(query);
  return rows.map(({ identity, statement }) => ({ identity, statements: [statement] }));
}

const query = `
select 'materialized view ' || v.name as identity,
  format('alter materialized view %s %s', v.name, s.step) as statement
from (
  select c.oid, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'm'
) v
cross join lateral (
  select format('alter column %I %s', a.attname, o.setting) as step
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
  cross join lateral (
    select 'set statistics ' || a.attstattarget as setting where a.attstattarget <> -1
    union all
    select 'set storage ' || case a.attstorage
      when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
    where a.attstorage <> t.typstorage
    union all
    select 'set compression ' || case a.attcompression when 'p' then 'pglz' else 'lz4' end where a.attcompression <> ''
    union all
    select format('set (%I = %L)', option_name, option_value)
    from pg_catalog.pg_options_to_table(a.attoptions) where option_name in ('n_distinct', 'n_distinct_inherited')
  ) o
  where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped
  union all
  select format('cluster on %I', i.relname)
  from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
  where x.indrelid = v.oid and x.indisclustered
) s
order by v.name, s.step`;
