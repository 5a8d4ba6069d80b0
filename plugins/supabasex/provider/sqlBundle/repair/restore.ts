import { isDatabaseError } from "../errors";
import { ExecutionFailure, type Session } from "../session";

export interface FailedRepair {
  readonly identity: string;
  readonly statement: string;
  readonly message: string;
}

/**
 * Runs groups of statements in the open transaction, each group whole or not at all. What fails is tried again as long
 * as others succeed, because one object may need another that is restored later. Answers what failed in the end.
 */
export async function runRepairs(
  session: Session,
  repairs: readonly { readonly identity: string; readonly statements: readonly string[] }[],
): Promise<FailedRepair[]> {
  let waiting = repairs.filter((repair) => repair.statements.length > 0);
  for (;;) {
    const failed: FailedRepair[] = [];
    const left: typeof waiting = [];
    for (const repair of waiting) {
      const fault = await attempt(session, repair.statements);
      if (fault === undefined) continue;
      failed.push({ identity: repair.identity, ...fault });
      left.push(repair);
    }
    if (left.length === 0 || left.length === waiting.length) return failed;
    waiting = left;
  }
}

async function attempt(
  session: Session,
  statements: readonly string[],
): Promise<{ statement: string; message: string } | undefined> {
  await session.execute("savepoint repair");
  try {
    await session.execute(statements.join(";\n"));
    await session.execute("release savepoint repair");
    return undefined;
  } catch (error) {
    const cause = error instanceof ExecutionFailure ? error.cause : error;
    // A lost lock is for the whole transaction to try again; anything but an error of the server is not ours.
    if (!isDatabaseError(cause) || cause.code === "55P03" || cause.code === "40P01") throw error;
    await session.execute("rollback to savepoint repair");
    const completed = error instanceof ExecutionFailure ? error.completed : 0;
    return { statement: statements[completed] ?? "", message: cause.message };
  }
}
