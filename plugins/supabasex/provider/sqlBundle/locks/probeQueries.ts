/** The name of a probe's only column. */
export const probeColumn = "supabasex_locks";

/** Numbers up to this one belong to the system. */
const firstNormalOid = 16384;

const time = "extract(epoch from pg_catalog.clock_timestamp())::pg_catalog.text";
const scans = "pg_catalog.pg_stat_get_xact_numscans(oid)";
const changes =
  "pg_catalog.pg_stat_get_xact_tuples_updated(oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(oid)";

/** Returns only the server's time. */
const clockProbe = `select ${time} as ${probeColumn}`;

/**
 * Returns the time and each relation up to `newest` that the transaction has locked in any mode, because reading or
 * changing a table locks it. It costs about 1 µs per lock, and reads no table.
 */
function locksProbe(newest: number): string {
  return probe(heldLocks(newest));
}

/**
 * Returns the same with each relation that was fully read or changed without a lock that still exists: by an earlier
 * transaction that has not reported its statistics, or by what was rolled back. It reads every relation of the
 * database, and costs about 1 µs for each.
 */
function wholeProbe(newest: number): string {
  return probe(`${heldLocks(newest)}
  union all
  select oid, 'none' from pg_catalog.pg_class where oid ${isOld(newest)} and (${scans} > 0 or ${changes} > 0)`);
}

function heldLocks(newest: number): string {
  return `select relation as oid, mode from pg_catalog.pg_locks
  where locktype = 'relation' and pid = pg_catalog.pg_backend_pid() and relation ${isOld(newest)}`;
}

function isOld(newest: number): string {
  return `between ${firstNormalOid} and ${newest}`;
}

/**
 * Returns `<time>;<number> <modes> <file> <scans> <changes>,…`: one entry for each relation, its modes joined by `+`.
 * The file is 0 for a relation without one, and -1 after the relation was dropped. The result is text, because JSON
 * takes the server longer. Both functions that return the file only read its cache.
 */
function probe(locks: string): string {
  const file = `coalesce(pg_catalog.pg_relation_filenode(oid)::pg_catalog.int8,
    case when pg_catalog.pg_table_is_visible(oid) is null then -1 else 0 end)`;
  return `select ${time} || ';' || coalesce(pg_catalog.string_agg(
  pg_catalog.concat_ws(' ', oid, modes, ${file}, ${scans}, ${changes}), ','), '') as ${probeColumn}
from (select oid, pg_catalog.string_agg(mode, '+') as modes from (${locks}) l group by oid) r`;
}

/** The queries between statements. */
export interface ProbeQueries {
  readonly clock: string;
  readonly locks: string;
  readonly whole: string;
  /** Prepares them in a session: the server needs half the time for a parsed one. */
  readonly prepare: string | undefined;
  /** Deallocates them. */
  readonly deallocate: string | undefined;
}

/** Sessions may have the queries of several transactions. */
let prepared = 0;

/** @param newest - the number of the newest relation that existed before */
export function probeQueries(newest: number): ProbeQueries {
  prepared += 1;
  const name = `supabasex_${prepared}`;
  const plain = plainProbeQueries(newest);
  return {
    clock: `execute ${name}_clock`,
    locks: `execute ${name}_locks`,
    whole: plain.whole,
    prepare: `prepare ${name}_clock as ${plain.clock}; prepare ${name}_locks as ${plain.locks}`,
    deallocate: `deallocate ${name}_clock; deallocate ${name}_locks`,
  };
}

/** Returns the same for files that may deallocate a session's prepared statements. */
export function plainProbeQueries(newest: number): ProbeQueries {
  const [prepare, deallocate] = [undefined, undefined];
  return { clock: clockProbe, locks: locksProbe(newest), whole: wholeProbe(newest), prepare, deallocate };
}
