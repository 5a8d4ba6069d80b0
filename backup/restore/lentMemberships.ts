import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { AccessEntry } from "../postgres/access";
import { isPlatformOwner } from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";
import { roleOfDefaults } from "./accessEntries";
import { grantorPattern, type SchemaEntry } from "./schemaArchive";

/** A role and what the session's role can do for it. */
interface Role {
  readonly name: string;
  /** Has its privileges, and may make it the owner of objects. */
  readonly may: boolean;
  /**
   * A membership that the session's role has already granted to itself, as the options of `grant`; null without one.
   */
  readonly before: string | null;
}

/** Lists the roles that own an application's objects, or have default privileges. */
export function ownersOf(access: readonly AccessEntry[]): string[] {
  const owners = access.map(({ kind, name, facts }) =>
    kind === "default privileges" ? roleOfDefaults(name) : (facts.owner ?? ""),
  );
  return [...new Set(owners)].filter(
    (role) => role !== "" && !role.startsWith("pg_") && !isPlatformOwner(role),
  );
}

/** Lists the roles other than owners that granted privileges. */
export function grantorsOf(entries: readonly Pick<SchemaEntry, "kind" | "sql">[]): string[] {
  const grantors = entries.flatMap(({ kind, sql }) =>
    kind === "ACL" ? [...sql.matchAll(grantorPattern)].map(([, name = ""]) => unquoteIdentifier(name)) : [],
  );
  return [...new Set(grantors)].filter((role) => !isPlatformOwner(role));
}

/**
 * Makes the session's role a member of the roles whose objects it drops or creates, if it is none and may grant that to
 * itself. Only a member of the owner can create an object of the owner, and creating a role does not include this
 * membership.
 *
 * @param needed owners of restored objects
 * @param others owners of removed objects, which the owner of a schema may remove as well, and grantors, whose grants
 *   the owner can make
 * @returns statements that revoke the memberships
 * @throws UserError if the session's role cannot act for one of the needed roles
 */
export async function lendMemberships(
  client: pg.Client,
  { needed, others = [] }: { readonly needed: readonly string[]; readonly others?: readonly string[] },
): Promise<string[]> {
  const takeBack: string[] = [];
  for (const { name, may, before } of await readRoles(client, [...needed, ...others])) {
    if (may) continue;
    const role = client.escapeIdentifier(name);
    await client.query(
      `do ${client.escapeLiteral(`begin grant ${role} to current_user; exception when insufficient_privilege then null; end`)}`,
    );
    const [after] = await readRoles(client, [name]);
    if (after?.may === true)
      takeBack.push(
        before === null ? `revoke ${role} from current_user` : `grant ${role} to current_user ${before}`,
      );
    else if (needed.includes(name)) {
      throw new UserError(
        `Nothing was restored: the restoring role is not a member of ${name}, which owns objects of the backup, and may not grant itself this membership; run \`grant ${role} to …\` for it first.`,
        exitCodes.targetRefused,
      );
    }
  }
  return takeBack;
}

async function readRoles(client: pg.Client, names: readonly string[]): Promise<Role[]> {
  const { rows } = await client.query<Role>(
    `select r.rolname as name,
       pg_has_role(r.oid, 'usage') and pg_has_role(r.oid, case when is_new then 'set' else 'member' end) as may,
       (select case when is_new then format('with admin %s, inherit %s, set %s', a.admin_option, to_jsonb(a) ->> 'inherit_option', to_jsonb(a) ->> 'set_option') else '' end
        from pg_auth_members a where a.roleid = r.oid and a.member = current_user::regrole and (a.grantor = current_user::regrole or not is_new) limit 1) as before
     from pg_roles r, (select current_setting('server_version_num')::int >= 160000) v(is_new)
     where r.rolname = any ($1) order by 1`,
    [[...new Set(names)]],
  );
  return rows;
}
