import type pg from "pg";

/**
 * Runs a function as another role, inside the session's transaction. A missing membership is granted for this time if
 * the session may grant it.
 */
export async function asRole<T>(client: pg.Client, role: string, work: () => Promise<T>): Promise<T> {
  const name = client.escapeIdentifier(role);
  // From version 16 on, a role's creator is a member that may grant the role but not act as it.
  const { rows } = await client.query<{ own: boolean; may: boolean }>(
    `select $1 = current_user as own, exists (select from pg_roles where rolname = $1)
       and pg_has_role($1, case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) as may`,
    [role],
  );
  if (rows[0]?.own === true) return await work();
  const isGranted = rows[0]?.may !== true;
  if (isGranted) await client.query(`grant ${name} to current_user`);
  await client.query(`set local role ${name}`);
  const result = await work();
  // Not `reset role`, which sets the role that the session's role has as a setting.
  await client.query("set local role none");
  if (isGranted) await client.query(`revoke ${name} from current_user`);
  return result;
}
