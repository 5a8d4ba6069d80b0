import { UserError } from "../../../../../../foundation/userError";
import { hasBegun } from "../../history/begun";
import { refuseHazards } from "../../locks/refusal";
import { isCausedByOthers, lockRetries, retrying } from "../../session/retry";
import { ExecutionFailure, type Session } from "../../session/session";
import type { Answers } from "../../session/wire";
import { isConnectionLost, isDatabaseError, SqlFileError, withoutControls } from "../../source/errors";
import type { ApplyRequest, Reporter } from "../request";
import { duplicateError } from "../run/duplicateKeys";
import { mayDependOn, outsideError } from "../run/outsideError";
import { type MovedSequences, SequenceGuard } from "../send/sequenceGuard";
import { type BodyCheck, type BodyFindings, examineBodies, judgeBodies } from "./bodyCheck";
import { wakeJobScheduler } from "./jobScheduler";
import type { TransactionResult } from "./result";
import type { SkippedFile } from "./skippedFiles";
import { runTransaction } from "./transaction";

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

/** The transaction ran but could not be committed, for instance because of a deferred constraint. */
export class CommitRefused extends UserError {}

/** The result of one transaction. */
export interface Attempted extends TransactionResult {
  /** For a dry run that ran files. */
  readonly bodies?: BodyCheck;
  readonly moved?: MovedSequences;
}

/** Runs the next files in one transaction, and commits it or, in a dry run, rolls it back. Repeats it if others caused its failure. */
export function attempt(
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

/** Returns the error of the server behind one of ours, and any other error unchanged. */
export function databaseCause(error: unknown): unknown {
  if (error instanceof ExecutionFailure || error instanceof SqlFileError || error instanceof CommitRefused) {
    return error.cause;
  }
  return error;
}
