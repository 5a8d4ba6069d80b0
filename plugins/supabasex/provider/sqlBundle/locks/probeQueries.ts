/** The name of a probe's only column. */
export const probeColumn = "supabasex_locks";

/** Numbers up to this one belong to the system. */
const firstNormalOid = 16384;

const time = "extract(epoch from pg_catalog.clock_timestamp())::pg_catalog.text";
const scans = "pg_catalog.pg_stat_get_xact_numscans(oid)";
const changes =
  "pg_catalog.pg_stat_get_xact_tuples_updated(oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(oid)";

/** Answers the server's time alone. */
const clockProbe = `select ${time} as ${probeColumn}`;

/**
 * Answers the time and each relation up to `newest` that the transaction has locked in any mode: what reads or changes a table locks it.
 * It costs about 1 µs a lock, and asks no table.
 */
function locksProbe(newest: number): string {
  return probe(heldLocks(newest));
}

/**
 * The same with each relation that was read in full or changed without a lock that is still there: by an earlier transaction that
 * has not reported its statistics, or by what was rolled back. It asks every relation of the database, and costs about 1 µs each.
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
 * `<time>;<number> <modes> <file> <scans> <changes>,…`: one entry for each relation, its modes with `+` between. The file is 0 for a
 * relation without one, and -1 once the relation is dropped. Text, because JSON takes the server longer; both functions that tell the
 * file look into its cache only.
 */
function probe(locks: string): string {
  const file = `coalesce(pg_catalog.pg_relation_filenode(oid)::pg_catalog.int8,
    case when pg_catalog.pg_table_is_visible(oid) is null then -1 else 0 end)`;
  return `select ${time} || ';' || coalesce(pg_catalog.string_agg(
  pg_catalog.concat_ws(' ', oid, modes, ${file}, ${scans}, ${changes}), ','), '') as ${probeColumn}
from (select oid, pg_catalog.string_agg(mode, '+') as modes from (${locks}) l group by oid) r`;
}

/** The queries to put between statements. */
export interface ProbeQueries {
  readonly clock: string;
  readonly locks: string;
  readonly whole: string;
  /** Prepares them in a session: the server needs half the time for one that it has parsed. */
  readonly prepare: string | undefined;
  /** Takes that back. */
  readonly deallocate: string | undefined;
}

/** Sessions may have the queries of several transactions. */
let prepared = 0;

/** @param newest - the number of the newest relation that was there before */
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

/** The same for files that may take back what a session has prepared. */
export function plainProbeQueries(newest: number): ProbeQueries {
  const [prepare, deallocate] = [undefined, undefined];
  return { clock: clockProbe, locks: locksProbe(newest), whole: wholeProbe(newest), prepare, deallocate };
}
