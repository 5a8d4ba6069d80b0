import type pg from "pg";
import type { SourceIdentity } from "../manifest";

/** What the server knows about its identity. */
export type ServerIdentity = Omit<SourceIdentity, "projectRef">;

/** Returns what distinguishes this database from others, and the position of its write-ahead log. */
export async function readIdentity(
  client: pg.Client,
): Promise<ServerIdentity & { serverVersionNumber: number }> {
  const { rows } = await client.query<ServerIdentity & { serverVersionNumber: number }>(`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
      current_database() as database,
      (select oid::bigint::float8 from pg_database where datname = current_database()) as "databaseOid",
      (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text as lsn,
      current_setting('server_version') as "serverVersion",
      current_setting('server_version_num')::int / 10000 as "serverMajor",
      current_setting('server_version_num')::int as "serverVersionNumber"`);
  const identity = rows[0];
  if (identity === undefined) throw new Error("the server did not return its identity");
  return identity;
}

type Identifiers = Pick<SourceIdentity, "systemIdentifier" | "database" | "databaseOid" | "projectRef">;

/**
 * Returns whether the target may be the source of the backup. If both are known to be projects of Supabase, their
 * references decide. Otherwise the server's identifiers do: a copy of the server's files has the same ones and counts
 * as the source, because nothing distinguishes it. The log position does not help: a source that was rolled back in
 * place is behind its backup.
 */
export function isSource(target: Identifiers, source: Identifiers): boolean {
  if (target.projectRef !== null && source.projectRef !== null) {
    return target.projectRef === source.projectRef && target.database === source.database;
  }
  return target.systemIdentifier === source.systemIdentifier && target.databaseOid === source.databaseOid;
}
