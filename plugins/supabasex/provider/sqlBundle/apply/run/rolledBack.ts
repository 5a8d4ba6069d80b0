import type { Start } from "./start";

/**
 * Runs files behind a savepoint only for what they show, then rolls everything back. Sequences that they set back are
 * restored, because no rollback does that.
 */
export async function rolledBack<T>(
  { session, sequences }: Pick<Start, "session" | "sequences">,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const { mark } = sequences;
  // What the savepoint creates or drops is not what is there afterwards.
  await sequences.beforeAny();
  await session.execute(`savepoint ${name}`);
  try {
    return await run();
  } finally {
    await session.execute(`rollback to savepoint ${name}; release savepoint ${name}`);
    await sequences.restoreSince(mark);
  }
}
