import type pg from "pg";
import type { SourceIdentity } from "../manifest";

/** What the server itself knows of its identity. */
export type ServerIdentity = Omit<SourceIdentity, "projectRef">;

/** Returns what tells this database from any other, and how far its write-ahead log has come. */
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
  if (identity === undefined) throw new Error("the server did not say who it is");
  return identity;
}

/**
 * Whether the target is the very database that the backup was taken of. Servers copied from one image share their system
 * identifier, but a log never runs backwards: one that has not yet come as far as the backup is such a copy.
 */
export function isSource(target: ServerIdentity, source: ServerIdentity): boolean {
  return (
    target.systemIdentifier === source.systemIdentifier &&
    target.databaseOid === source.databaseOid &&
    logPosition(target.lsn) >= logPosition(source.lsn)
  );
}

/** `16/B374D848` as a number of bytes. */
function logPosition(lsn: string): bigint {
  const [high = "0", low = "0"] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
