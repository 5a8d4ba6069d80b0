import pg from "pg";
import * as z from "zod";
import { messageOf, UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { AccessEntry } from "../postgres/access";
import { isPlatformOwner } from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";
import { ownerOf } from "./accessEntries";
import { grantorPattern, type SchemaEntry } from "./schemaArchive";

const { escapeIdentifier } = pg;

/** A membership that a restore granted to its own role, until it ends. */
export const lentMembership = z.object({
  role: z.string(),
  /** The role of the restore, which is also the grantor. */
  member: z.string(),
  /** The options of a membership that it had granted to itself before; undefined without one. */
  before: z
    .object({ admin: z.boolean(), inherit: z.boolean(), set: z.boolean() })
    .partial()
    .readonly()
    .optional(),
});
export type LentMembership = z.infer<typeof lentMembership>;

/** A role and what the session's role can do for it. */
interface Role {
  readonly name: string;
  /** Has its privileges, and may make it the owner of objects. */
  readonly may: boolean;
  /** The options of a membership that the session's role has already granted to itself; null without one. */
  readonly before: LentMembership["before"] | null;
  /** The session's role. */
  readonly member: string;
  /** The options with which it needs the membership; a membership that it already has keeps options that are not named. */
  readonly options: string;
}

/** Lists the roles that own an application's objects, or have default privileges. */
export function ownersOf(access: readonly AccessEntry[]): string[] {
  return [...new Set(access.map(ownerOf))].filter(
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
 * @returns the memberships, which `takeBackStatements` revokes
 * @throws UserError if the session's role cannot act for one of the needed roles
 */
export async function lendMemberships(
  client: pg.Client,
  { needed, others = [] }: { readonly needed: readonly string[]; readonly others?: readonly string[] },
): Promise<LentMembership[]> {
  const lent: LentMembership[] = [];
  for (const { name, may, before, member, options } of await readRoles(client, [...needed, ...others])) {
    if (may) continue;
    const role = client.escapeIdentifier(name);
    await client.query(
      `do ${client.escapeLiteral(`begin grant ${role} to current_user ${options}; exception when insufficient_privilege then null; end`)}`,
    );
    const [after] = await readRoles(client, [name]);
    if (after?.may === true) lent.push({ role: name, member, ...(before !== null && { before }) });
    else if (needed.includes(name)) {
      throw new UserError(
        `Nothing was restored: the restoring role is not a member of ${name}, which owns objects of the backup, and may not grant itself this membership; run \`grant ${role} to …\` for it first.`,
        exitCodes.targetRefused,
      );
    }
  }
  return lent;
}

/** How memberships end: with statements of the session's role, and what other roles have to do. */
export interface TakingBack {
  readonly statements: readonly string[];
  /** One sentence for each membership of another role, which only that role can revoke. */
  readonly ofOthers: readonly string[];
}

/** Returns what revokes memberships, or restores their options, in a session of any role. */
export async function takeBackStatements(
  client: pg.Client,
  lent: readonly LentMembership[],
): Promise<TakingBack> {
  if (lent.length === 0) return { statements: [], ofOthers: [] };
  const { rows } = await client.query<{ name: string }>("select current_user as name");
  const current = rows[0]?.name;
  return {
    statements: lent.filter(({ member }) => member === current).map(takeBackStatement),
    ofOthers: lent
      .filter(({ member }) => member !== current)
      .map(
        (one) =>
          `an interrupted restore made role ${one.member} a member of ${one.role}, which only ${one.member} can revoke: run \`${takeBackStatement(one)}\` as ${one.member}`,
      ),
  };
}

/**
 * Revokes memberships one by one.
 * @returns one sentence for each membership that remains
 */
export async function takeMembershipsBack(
  client: pg.Client,
  lent: readonly LentMembership[],
): Promise<string[]> {
  const { statements, ofOthers } = await takeBackStatements(client, lent);
  const remaining = [...ofOthers];
  for (const statement of statements) {
    await client.query(statement).catch((error: unknown) => {
      remaining.push(`a membership of the restoring role remains: ${statement}: ${messageOf(error)}`);
    });
  }
  return remaining;
}

function takeBackStatement({ role, member, before }: LentMembership): string {
  const [quotedRole, quotedMember] = [escapeIdentifier(role), escapeIdentifier(member)];
  if (before === undefined) return `revoke ${quotedRole} from ${quotedMember}`;
  const options = Object.entries(before).map(([option, value]) => `${option} ${value}`);
  return `grant ${quotedRole} to ${quotedMember}${options.length === 0 ? "" : ` with ${options.join(", ")}`}`;
}

async function readRoles(client: pg.Client, names: readonly string[]): Promise<Role[]> {
  const { rows } = await client.query<Role>(
    `select r.rolname as name, current_user as member, case when is_new then 'with inherit true, set true' else '' end as options,
       pg_has_role(r.oid, 'usage') and pg_has_role(r.oid, case when is_new then 'set' else 'member' end) as may,
       (select case when is_new then json_build_object('admin', a.admin_option, 'inherit', to_jsonb(a) -> 'inherit_option', 'set', to_jsonb(a) -> 'set_option') else '{}' end
        from pg_auth_members a where a.roleid = r.oid and a.member = quote_ident(current_user)::regrole and (a.grantor = quote_ident(current_user)::regrole or not is_new) limit 1) as before
     from pg_roles r, (select current_setting('server_version_num')::int >= 160000) v(is_new)
     where r.rolname = any ($1) order by 1`,
    [[...new Set(names)]],
  );
  return rows;
}
