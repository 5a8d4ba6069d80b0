import { platformRoles } from "../managedObjects";
import type { KindQuery } from "./kind";

/** Settings on roles (in all databases, in this one) and on this database. */
export const settings: KindQuery = `
select
  case
    when s.setrole = 0 then 'database settings'
    else 'role settings ' || quote_ident(pg_get_userbyid(s.setrole))
      || case when s.setdatabase = 0 then '' else ' in this database' end
  end,
  'pg_db_role_setting'::regclass::oid, s.setrole, case when s.setdatabase = 0 then 0 else 1 end, null, null, null,
  (select json_object_agg(option_name, option_value) from pg_options_to_table(s.setconfig))
from pg_db_role_setting s
where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  and not (s.setrole = 0 and s.setdatabase = 0)
  and (s.setrole = 0 or pg_get_userbyid(s.setrole) !~ '${platformRoles}')`;

/** Privileges on this database. */
export const database: KindQuery = `
select 'database', 'pg_database'::regclass::oid, d.oid, 0, 'd', d.datdba, d.datacl, '{}'::json
from pg_database d
where d.datname = current_database()`;
