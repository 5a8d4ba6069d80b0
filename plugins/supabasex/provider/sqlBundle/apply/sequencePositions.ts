import { platformSchemas } from "../catalog/managedObjects";
import type { Session } from "../session/session";

/**
 * Returns where each sequence stands that the role may read: a rollback does not take it back. The platform's own, such as
 * that of pg_cron's runs, move by themselves.
 */
export async function sequencePositions(session: Session): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.work.query<{ name: string; position: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as position
     from pg_sequences where last_value is not null and schemaname !~ $1`,
    [platformSchemas],
  );
  return new Map(rows.map(({ name, position }) => [name, position]));
}

/** Sequences that were there before and have moved since, by whomever. */
export function movedSince(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  // One that had never been used stood nowhere: it is in the second reading only.
  return [...now]
    .filter(([name, position]) => before.get(name) !== position)
    .map(([name]) => name)
    .sort();
}
