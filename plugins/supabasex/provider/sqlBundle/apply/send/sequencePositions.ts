import { platformSchemas } from "../../catalog/managedObjects";
import type { Session } from "../../session/session";

export interface SequencePosition {
  readonly oid: string;
  /** Quoted as in SQL. */
  readonly name: string;
  readonly value: bigint;
  /** Whether `value` was returned; if not, it is the next number. */
  readonly isCalled: boolean;
  readonly increment: bigint;
  readonly cycles: boolean;
}

/**
 * OID and file node of a sequence → its position. A `restart` gives a sequence a new file node, and a rollback the
 * former one again, so positions of one key are not affected by it.
 */
export type SequencePositions = ReadonlyMap<string, SequencePosition>;

/**
 * Returns the position of each sequence that the role may read, because a rollback does not reset it. A role that may
 * only use a sequence sees the last number that it returned. The platform's own, such as that of pg_cron's runs,
 * change independently.
 *
 * @param options.among the OIDs of the sequences to read. Default: all
 * @param options.onlyUsed leaves out sequences whose last number was not returned. Reading one of those takes 50 times
 *   as long, because no function returns its position. Default: false
 */
export async function sequencePositions(
  session: Session,
  { among, onlyUsed = false }: { readonly among?: readonly string[]; readonly onlyUsed?: boolean } = {},
): Promise<SequencePositions> {
  const { rows } = await session.work.query<
    Record<"key" | "oid" | "name" | "value" | "called" | "increment", string> & { cycles: boolean }
  >(
    `select key, oid, name, increment, cycles,
       coalesce(used, substring(content from '<last_value>(-?[0-9]+)<')) as value,
       coalesce(substring(content from '<is_called>([a-z]+)<'), 'true') as called
     from (
       select key, oid::text, name, increment, cycles, used,
         case when used is null and not $3 and has_sequence_privilege(oid, 'SELECT') and has_schema_privilege(schema, 'USAGE') then
           query_to_xml(format('select last_value, is_called from %s', name), false, false, '')::text
         end as content
       from (
         select concat_ws(' ', c.oid, pg_relation_filenode(c.oid)) as key, c.oid, n.oid as schema,
           format('%I.%I', n.nspname, c.relname) as name, q.seqincrement::text as increment, q.seqcycle as cycles,
           -- The last number that was returned, null before the first.
           case when has_sequence_privilege(c.oid, 'USAGE, SELECT') then pg_sequence_last_value(c.oid)::text end as used
         from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence q on q.seqrelid = c.oid
         where n.nspname !~ $1 and not pg_is_other_temp_schema(n.oid) and ($2::oid[] is null or c.oid = any ($2))
         offset 0
       ) sequences
     ) s
     where content is not null or used is not null`,
    [platformSchemas, among ?? null, onlyUsed],
  );
  return new Map(
    rows.map(({ key, oid, name, value, called, increment, cycles }) => [
      key,
      {
        oid,
        name,
        value: BigInt(value),
        isCalled: called === "true",
        increment: BigInt(increment),
        cycles,
      },
    ]),
  );
}

/**
 * Returns how many numbers a position is ahead of another one of the same sequence; negative if it is behind, so that
 * the sequence would return numbers that are in use.
 */
export function aheadOf(position: SequencePosition, other: SequencePosition): bigint {
  return (nextOf(position) - nextOf(other)) * (other.increment < 0n ? -1n : 1n);
}

/** Returns the furthest position of each sequence in several readings. */
export function furthest(readings: readonly SequencePositions[]): SequencePositions {
  const result = new Map<string, SequencePosition>();
  for (const [key, position] of readings.flatMap((reading) => [...reading])) {
    const former = result.get(key);
    if (former === undefined || aheadOf(position, former) > 0n) result.set(key, position);
  }
  return result;
}

/** Returns the number that the sequence returns next. */
function nextOf({ value, isCalled, increment }: SequencePosition): bigint {
  return isCalled ? value + increment : value;
}

/** Returns the statement that sets the sequence to the position, unless it has passed that. */
export function setForward(position: SequencePosition): string {
  const { name, value, isCalled, increment } = position;
  const next = `last_value::numeric + case when is_called then ${increment} else 0 end`;
  return `select setval('${name.replaceAll("'", "''")}', ${value}, ${isCalled}) from ${name} where ${next} ${increment < 0n ? ">" : "<"} ${nextOf(position)}`;
}
