import { escapeInNames } from "../../../../../foundation/controlCharacters";
import { platformSchemas } from "../catalog/managedObjects";
import type { Session } from "../session/session";
import { isDatabaseError } from "../source/errors";
import type { Reporter } from "./request";

/** Name of a sequence, quoted as in SQL → the last number that it returned. One that was never used is not included. */
export type SequencePositions = ReadonlyMap<string, string>;

/**
 * Returns the position of each sequence that the role may read, because a rollback does not reset it. The platform's
 * own, such as that of pg_cron's runs, change independently.
 */
export async function sequencePositions(session: Session): Promise<SequencePositions> {
  const { rows } = await session.work.query<{ name: string; position: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as position
     from pg_sequences where last_value is not null and schemaname !~ $1`,
    [platformSchemas],
  );
  return new Map(rows.map(({ name, position }) => [name, position]));
}

const refused =
  "The dry run set sequences back, which no rollback undoes, and the server refuses to restore them. They would return numbers that are in use. Run as a role that may:";

/** Sequences that are not where they were before a dry run, for any reason. */
export interface MovedSequences {
  readonly advanced: readonly string[];
  /** A file set them back, and they are again where they were. */
  readonly restored: readonly string[];
}

/**
 * Compares the positions after a dry run was rolled back. A sequence that a file set back, which would return numbers
 * that are in use, is set to its former position. One that has advanced stays: somebody else may have taken numbers
 * meanwhile, and a gap is harmless.
 */
export async function restoreSequences(
  session: Session,
  before: SequencePositions,
  warn: Reporter["warn"],
): Promise<MovedSequences> {
  const now = await sequencePositions(session);
  const restored: string[] = [];
  const setBack: string[] = [];
  for (const [name, position] of before) {
    if (now.get(name) === position) continue;
    const statement = `select setval('${name.replaceAll("'", "''")}', ${position})`;
    try {
      const { rows } = await session.work.query(
        `${statement} from ${name} s join pg_sequence q on q.seqrelid = s.tableoid
         where not q.seqcycle and (not s.is_called or (s.last_value - ${position}) * sign(q.seqincrement) < 0)`,
      );
      if (rows.length > 0) restored.push(name);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      // Dropped meanwhile.
      if (error.code !== "42P01") setBack.push(statement);
    }
  }
  // One that had never been used had no position: it is only in the second reading.
  const advanced = [...now]
    .filter(([name, position]) => before.get(name) !== position && !restored.includes(name))
    .map(([name]) => name);
  if (setBack.length > 0) warn([refused, ...setBack.map((one) => `  ${escapeInNames(one)}`)].join("\n"));
  return { advanced: advanced.sort(), restored: restored.sort() };
}
