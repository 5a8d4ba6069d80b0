import { platformSchemas } from "../catalog/managedObjects";
import type { Session } from "../session/session";

/**
 * Returns the position of each sequence that the role may read, because a rollback does not reset it. The platform's
 * own, such as that of pg_cron's runs, change independently.
 */
export async function sequencePositions(session: Session): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.work.query<{ name: string; position: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as position
     from pg_sequences where last_value is not null and schemaname !~ $1`,
    [platformSchemas],
  );
  return new Map(rows.map(({ name, position }) => [name, position]));
}

/** Returns sequences that existed before and have moved since, for any reason. */
export function movedSince(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  // One that had never been used had no position: it is only in the second reading.
  return [...now]
    .filter(([name, position]) => before.get(name) !== position)
    .map(([name]) => name)
    .sort();
}
