import type { ClientBase } from "pg";
import type { Catalog } from "../catalog";
import { canonicalIdentity } from "../catalog/names";

const prefix = "withheld privilege ";
const identityOf = (routine: string) => `${prefix}execute on function ${routine} from public`;

/**
 * Returns the recorded privileges that PUBLIC lacks on functions that do not exist any more, as after an update of their extension: no
 * role can execute them, so they count as withheld. If such a function is created again, it is compared as before. Asks the server only
 * if a recorded one is missing.
 *
 * @param recorded a baseline
 * @param live a whole catalog
 */
export async function readGoneFunctions(
  client: ClientBase,
  recorded: Catalog,
  live: Catalog,
): Promise<Catalog> {
  const missing = Object.entries(recorded).filter(
    ([identity]) => identity.startsWith(prefix) && live[identity] === undefined,
  );
  if (missing.length === 0) return {};
  const { rows } = await client.query<{ routine: string }>(
    // The printed identity does not depend on the search path.
    `select replace((pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, 'pg_catalog.', '') as routine
     from pg_proc p
     where exists (select from unnest($1::text[]) name where strpos(replace(name, '""', '"'), p.proname) > 0)`,
    [missing.map(([identity]) => identity)],
  );
  const existing = new Set(rows.map(({ routine }) => canonicalIdentity(identityOf(routine))));
  return Object.fromEntries(missing.filter(([identity]) => !existing.has(identity)));
}
