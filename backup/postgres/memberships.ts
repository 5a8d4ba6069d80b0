import pg from "pg";
import { block, warnOfRefusal } from "./block";

const { escapeIdentifier, escapeLiteral } = pg;

/** A membership; its options are null before version 16. */
interface MembershipRow {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
  readonly inherit: boolean | null;
  readonly set: boolean | null;
  /** What was granted in addition to the membership that the server grants to the creator of a role. */
  readonly granted: boolean;
  readonly granted_admin: boolean;
}

/**
 * Returns the statements that grant the memberships. From version 16 on a membership has more options, and the creator of a role gets a membership
 * that only contains ADMIN. The restoring role gets it by creating the role, and could not grant it to itself.
 *
 * @param roles names of the application's roles
 */
export async function describeMemberships(client: pg.Client, roles: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<MembershipRow>(
    `select r.rolname as role, m.rolname as member, bool_or(a.admin_option) as admin, bool_or(o.inherit) as inherit, bool_or(o.set) as set,
       bool_or(not o.is_of_creator) as granted, bool_or(a.admin_option and not o.is_of_creator) as granted_admin
     from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
       cross join lateral (select (to_jsonb(a) ->> 'inherit_option')::boolean, (to_jsonb(a) ->> 'set_option')::boolean) given (inherit, set)
       -- 10 is the superuser of initdb.
       cross join lateral (select given.*, a.grantor = 10 and a.admin_option and not coalesce(given.inherit or given.set, true)) o (inherit, set, is_of_creator)
     where r.rolname = any ($1) or m.rolname = any ($1)
     group by 1, 2 order by 1, 2`,
    [roles],
  );
  return rows.map((row) => {
    const grant = grantUnlessThere(row);
    const toItself = row.granted ? grantUnlessThere({ ...row, admin: row.granted_admin }) : "null;";
    const statements =
      row.granted && row.granted_admin === row.admin
        ? grant
        : `if current_user = ${escapeLiteral(row.member)} then ${toItself} else ${grant} end if;`;
    return block(`${statements} ${handlers(row, roles.includes(row.member))}`);
  });
}

/**
 * Returns the handlers of a refused membership. One that contradicts a membership that only the target has, such as the
 * reverse one, is not granted: if the member is a role of the application, a restore compares its memberships later, may
 * revoke the other one, and else reports the difference. One that only contains ADMIN is not needed by anything else:
 * the member may be a role that created the other one at the source, which the target may lack or not allow to be
 * changed.
 */
function handlers({ role, member, admin, inherit, set }: MembershipRow, isComparedLater: boolean): string {
  const what = `membership of role ${escapeIdentifier(member)} in ${escapeIdentifier(role)}`;
  const contradiction = "it contradicts memberships of this server (0LP01)";
  const always = `exception when invalid_grant_operation then ${isComparedLater ? "null;" : warnOfRefusal(what, contradiction)}`;
  if (!admin || inherit !== false || set !== false) return always;
  const refused = `${what} with only ADMIN`;
  return [
    always,
    `when insufficient_privilege then ${warnOfRefusal(refused, "the restoring role may not grant it (42501)")}`,
    `when undefined_object then ${warnOfRefusal(refused, "a role does not exist on this server (42704)")}`,
  ].join(" ");
}

/** Returns a statement that grants a membership unless the target has it already, because the restoring role may lack the privilege. */
function grantUnlessThere({ role, member, admin, inherit, set }: MembershipRow): string {
  const [from, to] = [escapeIdentifier(role), escapeIdentifier(member)];
  const plain = admin ? " with admin option" : "";
  const options = inherit === null ? plain : ` with admin ${admin}, inherit ${inherit}, set ${set}`;
  const same = [
    "count(*) > 0",
    ...(admin ? ["bool_or(m.admin_option)"] : []),
    ...(inherit !== false ? ["bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true))"] : []),
    ...(set !== false ? ["bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))"] : []),
  ].join(" and ");
  const memberships = `pg_catalog.pg_auth_members m where m.roleid = ${escapeLiteral(from)}::regrole and m.member = ${escapeLiteral(to)}::regrole`;
  return `if not (select coalesce(${same}, false) from ${memberships}) then grant ${from} to ${to}${options}; end if;`;
}
