import pg from "pg";
import { hasFixedDefaults, platformRoles } from "../postgres/platform";

const { escapeIdentifier } = pg;

/** Statements that remove the default privileges of a database, and that restore them. */
export interface DefaultPrivileges {
  readonly neutralize: readonly string[];
  readonly reinstate: readonly string[];
}

interface Row {
  readonly role: string;
  /** Null: they apply in all schemas, and replace PostgreSQL's own defaults instead of adding to them. */
  readonly schema: string | null;
  readonly objects: string;
  readonly grants: readonly Grant[];
  readonly builtIn: readonly Grant[];
}

interface Grant {
  /** Null: `public`. */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly isGrantable: boolean;
}

const explode = (acl: string): string => `(
  select coalesce(json_agg(json_build_object('grantee', pg_get_userbyid(nullif(g.grantee, 0)), 'privilege', privilege_type, 'isGrantable', is_grantable)), '[]')
  from aclexplode(${acl}) g)`;

/**
 * Reads the default privileges of every role for which the session can act. While they apply, each new object gets
 * additional grants, which no archive revokes: archives contain grants relative to PostgreSQL's own defaults.
 */
export async function readDefaultPrivileges(client: pg.Client): Promise<DefaultPrivileges> {
  const { rows } = await client.query<Row>(
    `select r.rolname as role, n.nspname as schema, kind.objects,
       ${explode("d.defaclacl")} as grants, ${explode("acldefault(kind.acl, d.defaclrole)")} as "builtIn"
     from pg_default_acl d join pg_roles r on r.oid = d.defaclrole left join pg_namespace n on n.oid = d.defaclnamespace
       join (values ('r'::"char", 'tables', 'r'::"char"), ('S', 'sequences', 's'), ('f', 'routines', 'f'), ('T', 'types', 'T'), ('n', 'schemas', 'n'),
         ('L', 'large objects', 'L')) kind (type, objects, acl) on kind.type = d.defaclobjtype
     where pg_has_role(r.oid, 'usage') and r.rolname <> all ($1)
     order by 1, 2 nulls first, 3`,
    [Object.keys(platformRoles).filter(hasFixedDefaults)],
  );
  return {
    neutralize: rows.flatMap((row) => [
      ...revokeAll(row, row.grants),
      ...(row.schema === null ? grantAll(row, row.builtIn) : []),
    ]),
    reinstate: rows.flatMap((row) => [
      ...(row.schema === null ? revokeAll(row, row.builtIn) : []),
      ...grantAll(row, row.grants),
    ]),
  };
}

function revokeAll(row: Row, grants: readonly Grant[]): string[] {
  return [...new Set(grants.map(({ grantee }) => nameOf(grantee)))].map(
    (grantee) => `${alter(row)} revoke all on ${row.objects} from ${grantee}`,
  );
}

function grantAll(row: Row, grants: readonly Grant[]): string[] {
  return grants.map(
    ({ grantee, privilege, isGrantable }) =>
      `${alter(row)} grant ${privilege} on ${row.objects} to ${nameOf(grantee)}${isGrantable ? " with grant option" : ""}`,
  );
}

function alter({ role, schema }: Row): string {
  const place = schema === null ? "" : ` in schema ${escapeIdentifier(schema)}`;
  return `alter default privileges for role ${escapeIdentifier(role)}${place}`;
}

function nameOf(grantee: string | null): string {
  return grantee === null ? "public" : escapeIdentifier(grantee);
}
