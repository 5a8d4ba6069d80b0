import { literal } from "../catalog/objects";
import { isCausedByOthers } from "../session/retry";
import { ExecutionFailure, type Session } from "../session/session";
import { isDatabaseError } from "../source/errors";

export interface FailedRepair {
  readonly identity: string;
  readonly statement: string;
  readonly message: string;
  /** What the server adds, such as what depends on the object. */
  readonly detail?: string;
}

/** What has to be done about one object. */
export interface RepairGroup {
  readonly identity: string;
  readonly statements: readonly string[];
  /** What to run instead if the server refuses a statement. */
  readonly otherwise?: readonly string[];
  /** The owner of the object, as which privileges are granted and revoked. */
  readonly owner?: string;
}

/**
 * Runs groups of statements in the open transaction, each group completely or not at all. Failed groups are retried as
 * long as others succeed, because one object may need another that is restored later. Returns what failed in the end.
 */
export async function runRepairs(session: Session, repairs: readonly RepairGroup[]): Promise<FailedRepair[]> {
  let waiting = extraTriggersFirst(repairs.filter((repair) => repair.statements.length > 0));
  for (;;) {
    const failed: FailedRepair[] = [];
    const left: typeof waiting = [];
    for (const repair of waiting) {
      const { otherwise } = repair;
      let failure = await attempt(session, repair);
      if (failure !== undefined && otherwise !== undefined)
        failure = await attempt(session, { ...repair, statements: otherwise });
      if (failure === undefined) continue;
      failed.push({ identity: repair.identity, ...failure });
      left.push(repair);
    }
    if (left.length === 0 || left.length === waiting.length) return failed;
    waiting = left;
  }
}

/**
 * Returns the groups with those first that drop a trigger: one that differs from the trigger of its partitioned table is extra, and
 * restoring that trigger also restores it on the partition.
 */
function extraTriggersFirst(repairs: readonly RepairGroup[]): RepairGroup[] {
  const dropsTrigger = ({ statements }: RepairGroup) =>
    statements.length === 1 && statements[0]?.startsWith("drop trigger ") === true;
  return [...repairs.filter(dropsTrigger), ...repairs.filter((repair) => !dropsTrigger(repair))];
}

async function attempt(
  session: Session,
  { statements, owner }: RepairGroup,
): Promise<Omit<FailedRepair, "identity"> | undefined> {
  const steps = statements.flatMap((statement) =>
    inNameOf(owner, statement).map((text) => ({ text, statement })),
  );
  await session.execute("savepoint repair");
  try {
    await session.execute(steps.map(({ text }) => text).join(";\n"));
    await session.execute("release savepoint repair");
    return undefined;
  } catch (error) {
    const cause = error instanceof ExecutionFailure ? error.cause : error;
    // Errors that another session causes are for the whole transaction to retry. Errors that are not the server's are
    // not handled here.
    if (!isDatabaseError(cause) || isCausedByOthers(cause)) throw error;
    await session.execute("rollback to savepoint repair");
    const completed = error instanceof ExecutionFailure ? error.completed : 0;
    const { message, detail } = cause;
    const statement = steps[completed]?.statement ?? "";
    return { statement, message, ...(detail === undefined ? {} : { detail }) };
  }
}

/**
 * Returns statements that run as the object's owner. Only its own user may change a job, and the server only revokes a
 * privilege for the role that granted it. By default it acts for any of our roles with the grant option, which may not
 * be the owner: then nothing happens, without a message.
 */
function inNameOf(owner: string | undefined, statement: string): string[] {
  if (owner === undefined || !/^(grant |revoke |select cron\.)/.test(statement)) return [statement];
  const name = literal(owner);
  return [
    `select set_config('role', ${name}, true) where pg_has_role(${name}, 'member')`,
    statement,
    "set role none",
  ];
}
