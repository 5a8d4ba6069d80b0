import { UserError } from "../../../../../foundation/userError";
import type { Limits } from "../inputs";
import { statementFailure } from "../session/lockTimeout";
import { Session } from "../session/session";
import { isConnectionLost, SqlFileError } from "../source/errors";
import { UndoneTablesTooLarge } from "./rehearsal/undoneTables";
import { type ApplyRequest, silent } from "./request";
import { TransactionLost } from "./run/migrations";
import { runOutsideTransaction } from "./run/noTransaction";
import type { MovedSequences } from "./send/sequenceGuard";
import { type Attempted, attempt, CommitRefused, databaseCause } from "./transaction/attempt";
import type { BodyCheck } from "./transaction/bodyCheck";
import { joined } from "./transaction/joinedResults";
import { earlierCommitHelps } from "./transaction/newLabels";
import type { TransactionResult } from "./transaction/result";
import { needingSkipped, reasonToSkip, type SkippedFile } from "./transaction/skippedFiles";
import { needsEarlierCommit } from "./transaction/stopped";
import { TablesTooLarge } from "./transaction/transaction";

export interface ApplyResult extends Omit<TransactionResult, "next" | "more" | "failure"> {
  /** Files that a dry run cannot execute, because they need a commit or must run outside of a transaction. */
  readonly skipped: readonly SkippedFile[];
  /** For a dry run that ran files. */
  readonly bodies?: BodyCheck;
  readonly moved?: MovedSequences;
}

/**
 * Applies a bundle under its lock. Migrations and repeatables share one transaction as far as possible. A file that
 * fails there is retried in its own transaction, so everything that works with one transaction per file works here.
 * What succeeded before a failure stays, with its record; the failed file leaves nothing.
 *
 * The database is read while the files are still being checked, and on an empty one the first migrations run. If the check finds
 * an error, the transaction is rolled back immediately, and this error is reported before any other.
 */
export async function applyBundle(request: ApplyRequest): Promise<ApplyResult> {
  const signal = AbortSignal.any([request.signal, request.inspection.refused]);
  try {
    return await applyChecked({ ...request, signal });
  } catch (error) {
    request.signal.throwIfAborted();
    await request.inspection.checked;
    throw error;
  }
}

async function applyChecked(request: ApplyRequest): Promise<ApplyResult> {
  const { inputs, connection, signal, report } = request;
  const session = await Session.open({
    connection,
    bundle: inputs.name,
    stack: inputs.stack,
    limits: request.commit ? inputs.limits : dryRunLimits(inputs.limits),
    signal,
    waiting: (holder) => report.progress(`waiting for another deploy: ${holder}`),
  });
  try {
    return await applyAll(session, request);
  } catch (error) {
    signal.throwIfAborted();
    const notices = error instanceof SqlFileError ? (error.issue.notices ?? []) : [];
    for (const { severity, line } of notices) report.notice(severity, line);
    throw explained(error, inputs.name, session.blocker);
  } finally {
    await session.close();
  }
}

/**
 * Returns the limits of a dry run. It holds its locks until the rollback, so its statement timeout is shorter than that of a
 * deployment.
 */
function dryRunLimits(limits: Limits): Limits {
  const { statementTimeoutSeconds, dryRunStatementTimeoutSeconds } = limits;
  return {
    ...limits,
    statementTimeoutSeconds: Math.min(statementTimeoutSeconds, dryRunStatementTimeoutSeconds),
  };
}

async function applyAll(session: Session, request: ApplyRequest): Promise<ApplyResult> {
  const skipped: SkippedFile[] = [];
  let sofar: Attempted | undefined;
  let filesAtOnce = Number.POSITIVE_INFINITY;
  for (;;) {
    let step: Attempted;
    try {
      step = await attempt(session, request, filesAtOnce, { skipped });
    } catch (error) {
      if (error instanceof TablesTooLarge || error instanceof UndoneTablesTooLarge) {
        skipped.push(...error.files);
        continue;
      }
      const needing = request.commit ? undefined : needingSkipped(error, skipped);
      if (needing !== undefined) {
        skipped.push(needing);
        continue;
      }
      const again = mayRunOneByOne(error, request.commit) && filesAtOnce !== 1;
      if (!again) throw error instanceof TransactionLost ? error.cause : error;
      filesAtOnce = 1;
      continue;
    }
    // A dry run starts from the beginning each time.
    sofar = request.commit ? joined(sofar, step) : step;
    if (step.failure !== undefined) {
      const { file, error } = step.failure;
      if (request.commit && step.progressed) continue;
      const why = request.commit ? undefined : reasonToSkip(error, skipped);
      if (
        file !== undefined &&
        why !== undefined &&
        !(await failsAlone(session, request, { ...step, skipped }))
      ) {
        skipped.push({ file, why });
        continue;
      }
      throw error;
    }
    if (step.more) continue;
    if (step.next === undefined) return { ...sofar, skipped };
    if (request.commit)
      sofar = { ...sofar, ran: [...sofar.ran, await runOutsideTransaction(session, request, step.next)] };
    else {
      skipped.push({ file: step.next, why: "it runs outside a transaction" });
    }
  }
}

/**
 * Returns whether a file of a dry run that seems to need an earlier commit fails in the same way without the files
 * before it, so that no commit would help.
 */
async function failsAlone(
  session: Session,
  request: ApplyRequest,
  { failure, ran, skipped: leftOut }: Attempted & Pick<ApplyResult, "skipped">,
): Promise<boolean> {
  const { file, error } = failure ?? {};
  if (file === undefined || !needsEarlierCommit(error)) return false;
  const { migrations, repeatables } = request.bundle;
  const files = [...migrations, ...repeatables];
  const ofRun = new Set([...ran.map(({ path }) => path), ...leftOut.map((one) => one.file.path)]);
  const earlier = files.slice(0, files.indexOf(file)).filter(({ path }) => ofRun.has(path));
  const helps = earlierCommitHelps(file, error, earlier);
  if (helps !== undefined) return !helps;
  if (ran.length === 0) return true;
  const others = files.filter((other) => other !== file);
  const skipped = others.map((other): SkippedFile => ({ file: other, why: "" }));
  const quiet = { ...request, report: silent };
  try {
    const alone = await attempt(session, quiet, Number.POSITIVE_INFINITY, { skipped });
    return alone.failure?.file === file && sqlStateOf(alone.failure.error) === sqlStateOf(error);
  } catch (other) {
    // Without the files before it, something else may fail.
    if (other instanceof UserError) return false;
    throw other;
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof SqlFileError ? error.sqlState : undefined;
}

/** Returns whether files that shared a transaction could succeed, or at least keep their work, in separate ones. */
function mayRunOneByOne(error: unknown, commit: boolean): boolean {
  if (!commit) return false;
  return error instanceof CommitRefused || (error instanceof TransactionLost && error.migrations > 0);
}

function explained(error: unknown, bundle: string, blocker: string | undefined): unknown {
  const cause = databaseCause(error);
  if (isConnectionLost(cause)) {
    return new UserError(
      `The connection was lost while bundle ${bundle} was being applied (${(cause as Error).message}): run the command again; what was committed is recorded and does not run twice.`,
      1,
      { cause },
    );
  }
  return error instanceof UserError ? error : statementFailure(`Bundle ${bundle}`, cause, blocker);
}
