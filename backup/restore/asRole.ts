import type pg from "pg";

/**
 * Does something as another role, inside the session's transaction. A membership that this takes and the session's role does not have is granted
 * for as long, where the session may grant it.
 */
export async function asRole<T>(client: pg.Client, role: string, work: () => Promise<T>): Promise<T> {
  const name = client.escapeIdentifier(role);
  const { rows } = await client.query<{ own: boolean; may: boolean; major: number }>(
    `select $1 = current_user as own, exists (select from pg_roles where rolname = $1) and pg_has_role($1, 'member') as may,
       current_setting('server_version_num')::int / 10000 as major`,
    [role],
  );
  if (rows[0]?.own === true) return await work();
  // From version 16 on a role's maker is a member that may grant it and not be it.
  const isGranted = rows[0]?.may !== true || rows[0].major >= 16;
  if (isGranted) await client.query(`grant ${name} to current_user`);
  await client.query(`set local role ${name}`);
  const result = await work();
  await client.query("reset role");
  if (isGranted && rows[0]?.may !== true) await client.query(`revoke ${name} from current_user`);
  return result;
}
