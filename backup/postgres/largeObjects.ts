import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/**
 * Checks that every large object is readable. `pg_read_all_data` does not cover them, and an unreadable one would fail
 * pg_dump after minutes.
 * @throws UserError with their number and the statement that fixes it
 */
export async function requireReadableLargeObjects(client: pg.Client): Promise<void> {
  const unreadable = await readUnreadable(client);
  if (unreadable.length === 0) return;
  const { rows: user } = await client.query<{ name: string }>("select quote_ident(current_user) as name");
  const owners = [...new Set(unreadable.map(({ owner }) => owner))].join(", ");
  throw new UserError(
    `The role ${user[0]?.name} cannot read ${unreadable.length} large objects of ${owners}: have each owner run \`do $$ begin execute (select string_agg(format('grant select on large object %s to ${user[0]?.name}', oid), '; ') from pg_largeobject_metadata where lomowner = current_user::regrole); end $$\`.`,
    exitCodes.dumpFailed,
  );
}

/** Returns unreadable large objects. `has_largeobject_privilege` only exists from PostgreSQL 18 on. */
async function readUnreadable(client: pg.Client): Promise<{ oid: string; owner: string }[]> {
  const { rows } = await client.query<{ oid: string; owner: string }>(
    `select m.oid::text as oid, quote_ident(pg_get_userbyid(lomowner)) as owner from pg_largeobject_metadata m
     where not (select rolsuper from pg_roles where rolname = current_user)
       and not pg_has_role(lomowner, 'usage') and current_setting('lo_compat_privileges') <> 'on'
       and not exists (select from aclexplode(lomacl) g
         where g.privilege_type = 'SELECT' and (g.grantee = 0 or pg_has_role(g.grantee, 'usage')))
     order by m.oid`,
  );
  return rows;
}
