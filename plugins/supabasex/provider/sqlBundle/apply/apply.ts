import { UserError } from "../../../../../foundation/userError";
import { hasBegun } from "../history/begun";
import type { Limits } from "../inputs";
import { refuseHazards } from "../locks/refusal";
import { statementFailure } from "../session/lockTimeout";
import { isCausedByOthers, lockRetries, retrying } from "../session/retry";
import { ExecutionFailure, Session } from "../session/session";
import type { Answers } from "../session/wire";
import { isConnectionLost, isDatabaseError, SqlFileError, withoutControls } from "../source/errors";
import type { Access } from "./access";
import { type BodyCheck, type BodyFindings, examineBodies, judgeBodies } from "./bodyCheck";
import { duplicateError } from "./duplicateKeys";
import { wakeJobScheduler } from "./jobScheduler";
import { TransactionLost } from "./migrations";
import { earlierCommitHelps } from "./newLabels";
import { runOutsideTransaction } from "./noTransaction";
import { mayDependOn, outsideError } from "./outsideError";
import { type ApplyRequest, type Reporter, silent } from "./request";
import { type MovedSequences, SequenceGuard } from "./sequenceGuard";
import { needingSkipped, reasonToSkip, type SkippedFile } from "./skippedFiles";
import { needsEarlierCommit } from "./stopped";
import { runTransaction, TablesTooLarge } from "./transaction";
import type { TransactionResult } from "./transactionResult";
import { UndoneTablesTooLarge } from "./undoneTables";

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
 * Refuses, in the transaction of a dry run, a file that would fail outside of it. What the files before it create
 * exists there, except for files that were left out: then its objects may not exist yet.
 */
async function foresee(
  session: Session,
  { inputs }: ApplyRequest,
  { next, expected }: TransactionResult,
  { skipped }: { readonly skipped: readonly SkippedFile[] },
): Promise<void> {
  if (next === undefined || (await hasBegun(session.work, inputs.name))) return;
  const leftOut = skipped.map(({ file }) => file);
  if (mayDependOn(next, leftOut)) return;
  const error =
    (await outsideError(session, next, { expected, inTransaction: true })) ??
    (await duplicateError(session, next, inputs.limits));
  if (error !== undefined) throw error;
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

/** The transaction ran but could not be committed, for instance because of a deferred constraint. */
class CommitRefused extends UserError {}

interface Attempted extends TransactionResult {
  /** For a dry run that ran files. */
  readonly bodies?: BodyCheck;
  readonly moved?: MovedSequences;
}

function attempt(
  session: Session,
  request: ApplyRequest,
  filesAtOnce: number,
  { skipped }: { readonly skipped: readonly SkippedFile[] },
): Promise<Attempted> {
  const { inputs, signal, report, commit } = request;
  const run = async () => {
    session.blocker = undefined;
    const sequences = new SequenceGuard(session, request);
    await session.execute(`begin; ${session.settings}`);
    let isCommitted = false;
    try {
      const skip = new Set(skipped.map(({ file }) => file.path));
      const result = await runTransaction(session, request, { filesAtOnce, skip, sequences });
      const keep = commit && (result.failure === undefined || result.progressed);
      if (keep) {
        if (inputs.hazards === "refuse") refuseHazards(result.locks);
        const answers = await session.execute("commit").catch((error) => refuseCommit(error, result));
        isCommitted = true;
        sayOfEnd(answers, report);
        if (result.ran.length > 0) await wakeJobScheduler(session);
        return result;
      }
      if (!commit && result.failure === undefined) await foresee(session, request, result, { skipped });
      const isWhole = !commit && result.failure === undefined && result.next === undefined;
      const found = isWhole && result.ran.length > 0 ? await examine(session, result, report) : undefined;
      await session.execute("rollback");
      if (result.failure !== undefined) {
        await sequences.restoreAfterFailure();
        return result;
      }
      const moved = await sequences.restore();
      if (found === undefined) return result;
      const bodies = await judgeBodies(session, request.bundle, { ...result, found, skipped });
      return { ...result, bodies, moved };
    } catch (error) {
      if (isCommitted) throw error;
      // Also after a cancellation, when the session executes nothing more.
      await session.work.query("rollback").catch(() => {});
      await sequences.restoreAfterFailure();
      throw error;
    }
  };
  return retrying(run, {
    ...lockRetries({ limits: inputs.limits, signal, warn: report.warn, blocker: () => session.blocker }),
    isRetriable: (error) => isCausedByOthers(databaseCause(error)),
  });
}

/** Checks what only fails at the commit or later, which a dry run does not reach. */
async function examine(session: Session, result: TransactionResult, report: Reporter): Promise<BodyFindings> {
  const answers = await session
    .execute("set constraints all immediate")
    .catch((error) => refuseCommit(error, result));
  sayOfEnd(answers, report);
  return await examineBodies(session, result);
}

/** Passes on the notices of deferred triggers. */
function sayOfEnd({ notices }: Answers, report: Reporter): void {
  for (const { severity, message, detail, hint, where } of notices) {
    const more = [detail, hint, where?.split("\n")[0]].filter((text) => text !== undefined);
    const lines = [`At the commit: ${message}`, ...more.map((text) => `  ${text}`)];
    report.notice(severity, withoutControls(lines.join("\n")));
  }
}

function refuseCommit(error: unknown, result: TransactionResult): never {
  const cause = databaseCause(error);
  if (!isDatabaseError(cause) || isConnectionLost(cause)) throw error;
  const files = result.ran.map((entry) => entry.path).join(", ");
  throw new CommitRefused(
    [
      `The server refuses the commit of ${files}: ${cause.message} (${cause.code})`,
      ...(cause.detail === undefined ? [] : [`  detail: ${cause.detail}`]),
      "  hint: A deferred constraint is checked at the commit: correct the rows in the file.",
    ].join("\n"),
    1,
    { cause },
  );
}

function databaseCause(error: unknown): unknown {
  if (error instanceof ExecutionFailure || error instanceof SqlFileError || error instanceof CommitRefused) {
    return error.cause;
  }
  return error;
}

function joined(former: TransactionResult | undefined, latter: TransactionResult): TransactionResult {
  if (former === undefined) return latter;
  return {
    ...latter,
    ran: [...former.ran, ...latter.ran],
    adopted: [...former.adopted, ...latter.adopted],
    removed: [...former.removed, ...latter.removed],
    dropped: [...former.dropped, ...latter.dropped],
    leftoversDropped: [...former.leftoversDropped, ...latter.leftoversDropped],
    takenBack: [...former.takenBack, ...latter.takenBack],
    regranted: [...former.regranted, ...latter.regranted],
    repaired: [...former.repaired, ...latter.repaired],
    losses: new Map([...former.losses, ...latter.losses]),
    takenOver: [...former.takenOver, ...latter.takenOver],
    undone: [...former.undone, ...latter.undone],
    locks: [...former.locks, ...latter.locks],
    recreatedForeign: [...former.recreatedForeign, ...latter.recreatedForeign],
    before: former.before,
    addresses: { before: former.addresses.before, after: latter.addresses.after },
    ...(latter.access === undefined ? {} : { access: joinedAccess(former.access, latter.access) }),
  };
}

function joinedAccess(former: Access | undefined, latter: Access): Access {
  if (former === undefined) return latter;
  return {
    ...latter,
    isFirst: former.isFirst || latter.isFirst,
    repaired: [...new Set([...former.repaired, ...latter.repaired])],
    adopted: [...former.adopted, ...latter.adopted],
  };
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
