import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { UserError } from "../../../../../foundation/userError";

const firstWait = 25;
const maxWaitMilliseconds = 2_000;

/**
 * Takes the session lock of a bundle, which is released when the connection ends. It polls a try-lock instead of
 * waiting in the server: a waiting session holds a snapshot, and a `create index concurrently` of the lock's holder
 * would wait for that snapshot forever.
 */
export async function takeLock(
  client: Client,
  bundle: string,
  {
    waitSeconds,
    signal,
    waiting = () => {},
  }: {
    readonly waitSeconds: number;
    readonly signal: AbortSignal;
    readonly waiting?: (holder: string) => void;
  },
): Promise<void> {
  const until = performance.now() + waitSeconds * 1000;
  for (let wait = firstWait; ; wait = Math.min(wait * 2, maxWaitMilliseconds)) {
    const taken = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${keyOf}) as taken`, [
      bundle,
    ]);
    if (taken.rows[0]?.taken === true) return;
    const left = until - performance.now();
    if (left <= 0) {
      const holder = await holderOf(client, bundle);
      throw new UserError(
        `Another deploy of bundle ${bundle} is running: ${holder ?? "it has just ended, so run the command again"}. Waited ${waitSeconds} s (limits.lockWaitSeconds).`,
      );
    }
    if (wait === firstWait) waiting((await holderOf(client, bundle)) ?? "another deploy");
    await sleep(Math.min(wait, left), undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

/** Advisory locks are already per database; the key distinguishes bundles. */
const keyOf = "hashtextextended('supabasex ' || $1::text, 0)";

/** Returns the holder of the lock: pid, application and start; `undefined` if it is free. */
async function holderOf(client: Client, bundle: string): Promise<string | undefined> {
  const { rows } = await client.query<{ pid: number; application: string | null; seconds: number | null }>(
    `select l.pid, a.application_name as application,
            extract(epoch from clock_timestamp() - a.backend_start)::int as seconds
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and ((l.classid::bigint << 32) | l.objid::bigint) = ${keyOf}`,
    [bundle],
  );
  const holder = rows[0];
  if (holder === undefined) return undefined;
  const age = holder.seconds === null ? "" : `, for ${holder.seconds} s`;
  return `process ${holder.pid} (${holder.application || "application unknown"}${age})`;
}
