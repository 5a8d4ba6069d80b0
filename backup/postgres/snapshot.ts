import type pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** A number that no other program uses for an advisory lock on the same database: "backup" in ASCII. */
const advisoryLock = "108170654281072";

/** How often to ask for the lock while its holder ends before it can be named. */
const lockAttempts = 5;

/** A state of the database that many sessions can read, as long as the session that holds it is open. */
export interface Snapshot {
  /** For `pg_dump --snapshot`. */
  readonly name: string;
  /** Position of the write-ahead log. */
  readonly lsn: string;
}

/**
 * Allows one backup or restore of a database at a time. The lock ends with the session, however that ends.
 * @param patienceSeconds how long to wait for the session of a killed program; default: not at all
 */
export async function lockOutOthers(client: pg.Client, patienceSeconds = 0): Promise<void> {
  if (patienceSeconds > 0) await waitForLock(client, patienceSeconds);
  let holder = "session unknown";
  for (let attempt = 1; attempt <= lockAttempts && holder === "session unknown"; attempt++) {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock(${advisoryLock}) as locked`,
    );
    if (rows[0]?.locked === true) return;
    holder = await describeHolder(client);
  }
  throw new UserError(
    `Another backup or restore of this database is running: ${holder}.`,
    exitCodes.alreadyRunning,
  );
}

/** Returns the session that holds the lock. It may have ended, and a prepared transaction has none. */
async function describeHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number | null; since: Date | null; address: string | null }>(
    `select l.pid, a.backend_start as since, host(a.client_addr) as address
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and (l.classid::bigint << 32 | l.objid::bigint) = ${advisoryLock}`,
  );
  const { pid, since, address } = rows[0] ?? {};
  if (pid === undefined || pid === null) return "session unknown";
  return `session ${pid}${address ? ` from ${address}` : ""}${since ? `, since ${since.toISOString()}` : ""}`;
}

/** Takes the lock as soon as it is free. Without it, `lockOutOthers` reports who holds it. */
async function waitForLock(client: pg.Client, seconds: number): Promise<void> {
  await client.query(`set lock_timeout = '${seconds}s'`);
  try {
    await client.query(`select pg_advisory_lock(${advisoryLock})`);
  } catch (error) {
    if ((error as { code?: string }).code !== sqlStates.lockNotAvailable) throw error;
  }
  await client.query("set lock_timeout = 0");
}

/** Begins the transaction that holds the snapshot. It ends with `commit` or with the session. */
export async function takeSnapshot(client: pg.Client): Promise<Snapshot> {
  // row_security = off turns filtered rows into an error.
  await client.query(`
    set lock_timeout = '60s';
    set row_security = off;
    set search_path = pg_catalog;
    begin transaction isolation level repeatable read, read only`);
  const { rows } = await client.query<Snapshot>(`
    select pg_export_snapshot() as name,
      (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text as lsn`);
  const snapshot = rows[0];
  if (snapshot === undefined) throw new Error("pg_export_snapshot() returned nothing");
  return snapshot;
}
