import { escapeInNames } from "../../../../../foundation/controlCharacters";
import { platformSchemas } from "../catalog/managedObjects";
import type { Session } from "../session/session";
import { isDatabaseError } from "../source/errors";
import type { Reporter } from "./request";

interface SequencePosition {
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
 */
export async function sequencePositions(session: Session): Promise<SequencePositions> {
  const { rows } = await session.work.query<
    Record<"key" | "name" | "value" | "called" | "increment", string> & { cycles: boolean }
  >(
    `select key, name, increment, cycles,
       coalesce(substring(content from '<last_value>(-?[0-9]+)<'), used) as value,
       coalesce(substring(content from '<is_called>([a-z]+)<'), 'true') as called
     from (
       select concat_ws(' ', c.oid, pg_relation_filenode(c.oid)) as key, format('%I.%I', n.nspname, c.relname) as name,
         q.seqincrement::text as increment, q.seqcycle as cycles,
         case when has_sequence_privilege(c.oid, 'SELECT') and has_schema_privilege(n.oid, 'USAGE') then
           query_to_xml(format('select last_value, is_called from %I.%I', n.nspname, c.relname), false, false, '')::text
         end as content,
         case when has_sequence_privilege(c.oid, 'USAGE') then pg_sequence_last_value(c.oid)::text end as used
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence q on q.seqrelid = c.oid
       where n.nspname !~ $1 and not pg_is_other_temp_schema(n.oid)
     ) s
     where content is not null or used is not null`,
    [platformSchemas],
  );
  return new Map(
    rows.map(({ key, name, value, called, increment, cycles }) => [
      key,
      { name, value: BigInt(value), isCalled: called === "true", increment: BigInt(increment), cycles },
    ]),
  );
}

const refused =
  "Files that were rolled back had set sequences back, which no rollback undoes, and the server refuses to restore them. They would return numbers that are in use. Run as a role that may:";

/** Sequences that are not where they were before files were rolled back, for any reason. */
export interface MovedSequences {
  readonly advanced: readonly string[];
  /** A file set them back, and they are again where they were. */
  readonly restored: readonly string[];
}

/**
 * Compares the positions after a rollback. A sequence that a file set back, which would return numbers that are in use,
 * is set to its former position. One that has advanced stays: somebody else may have taken numbers meanwhile, and a gap
 * is harmless.
 */
export async function restoreSequences(
  session: Session,
  before: SequencePositions,
  warn: Reporter["warn"],
): Promise<MovedSequences> {
  const now = await sequencePositions(session);
  const advanced: string[] = [];
  const restored: string[] = [];
  const failed: string[] = [];
  for (const [key, position] of now) {
    const former = before.get(key);
    if (former === undefined || position.cycles) continue;
    const distance = (nextOf(position) - nextOf(former)) * (former.increment < 0n ? -1n : 1n);
    if (distance > 0n) advanced.push(position.name);
    if (distance >= 0n) continue;
    const statement = setForward({ ...former, name: position.name });
    try {
      const { rows } = await session.work.query(statement);
      if (rows.length > 0) restored.push(position.name);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      // Dropped meanwhile.
      if (error.code !== "42P01") failed.push(statement);
    }
  }
  if (failed.length > 0) warn([refused, ...failed.map((one) => `  ${escapeInNames(one)};`)].join("\n"));
  return { advanced: advanced.sort(), restored: restored.sort() };
}

/** Returns the number that the sequence returns next. */
function nextOf({ value, isCalled, increment }: SequencePosition): bigint {
  return isCalled ? value + increment : value;
}

/** Returns the statement that sets the sequence to the position, unless it has passed that. */
function setForward(position: SequencePosition): string {
  const { name, value, isCalled, increment } = position;
  const next = `last_value::numeric + case when is_called then ${increment} else 0 end`;
  return `select setval('${name.replaceAll("'", "''")}', ${value}, ${isCalled}) from ${name} where ${next} ${increment < 0n ? ">" : "<"} ${nextOf(position)}`;
}
