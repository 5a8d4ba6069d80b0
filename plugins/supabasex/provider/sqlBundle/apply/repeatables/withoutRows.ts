import { type Catalog, partsOfIdentity } from "../../catalog";
import type { Session } from "../../session/session";

/**
 * Returns the catalog with `with no data` in the definitions of the materialized views that were not populated, so that a rebuild that
 * recreates one from its catalog entry does not run its query.
 */
export async function withoutRows(session: Session, catalog: Catalog): Promise<Catalog> {
  if (!Object.keys(catalog).some((identity) => partsOfIdentity(identity).kind === "materialized view"))
    return catalog;
  const { rows } = await session.work.query<{ identity: string }>(
    `select 'materialized view ' || format('%I.%I', n.nspname, c.relname) as identity
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'm' and not c.relispopulated`,
  );
  const empty = rows.flatMap(({ identity }) => {
    const view = catalog[identity];
    if (view === undefined) return [];
    const definition = `${String(view.definition).replace(/;$/, "")} with no data`;
    return [[identity, { ...view, definition }] as const];
  });
  return empty.length === 0 ? catalog : { ...catalog, ...Object.fromEntries(empty) };
}
