import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";

/** Role, quoted where SQL requires it → another database of the server that uses it. */
export type RolesElsewhere = ReadonlyMap<string, string>;

const createsRole = /\bcreate\s+(role|user|group)\b/i;

/**
 * Finds the roles that other databases use, by their objects, privileges or settings, or as owners of the databases, if one of the
 * files creates a role.
 */
export async function rolesElsewhere(
  session: Session,
  files: readonly BundleFile[],
): Promise<RolesElsewhere> {
  if (!files.some(({ text }) => createsRole.test(text))) return new Map();
  const { rows } = await session.work.query<{ role: string; database: string }>(
    `select distinct on (r.rolname) quote_ident(r.rolname) as role, quote_ident(d.datname) as database
     from pg_roles r
     join (select refobjid, case classid when 'pg_database'::regclass then objid else dbid end as dbid
       from pg_shdepend where refclassid = 'pg_authid'::regclass
       union all select setrole, setdatabase from pg_db_role_setting) s on s.refobjid = r.oid
     join pg_database d on d.oid = s.dbid and d.datname <> current_database()
     order by r.rolname, d.datname`,
  );
  return new Map(rows.map(({ role, database }) => [role, database]));
}
