import type pg from "pg";
import { succeeds } from "./succeeds";

/**
 * Settings on which the values of expressions depend, such as `at::date`, `to_tsvector(note)` and
 * `current_setting('app.tenant')`. Those with a period are of the application or of an extension.
 */
const ofValues = `(name like '%.%' or name in ('timezone', 'timezone_abbreviations', 'default_text_search_config', 'lc_numeric', 'lc_time', 'xmlbinary'))`;

/**
 * Gives a session the settings of values that the database and its role have now, as a new session has them: the restore
 * has set them since this one was opened. Otherwise, materialized views and constraints would have other values than the
 * rows, which new sessions load. A setting that names an object which does not exist yet has no effect.
 */
export async function adoptSettings(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select name, value from pg_catalog.pg_db_role_setting s join pg_catalog.pg_roles r on r.rolname = current_user
       cross join unnest(s.setconfig) entry
       cross join lateral (select lower(split_part(entry, '=', 1)) as name, substr(entry, strpos(entry, '=') + 1) as value) e
     where s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
       and s.setrole in (0, r.oid) and ${ofValues}
     -- The last one is valid: of all roles, of the database, of the role, of the role in the database.
     order by s.setrole <> 0, s.setdatabase <> 0`,
  );
  for (const { name, value } of rows) {
    await succeeds(
      client,
      `select pg_catalog.set_config(${client.escapeLiteral(name)}, ${client.escapeLiteral(value)}, false)`,
    );
  }
}
