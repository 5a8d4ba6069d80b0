import { type AppliedMigration, recordMigrations } from "../history/history";
import { isLostLock } from "../session/retry";
import type { Session } from "../session/session";
import { SqlFileError } from "../source/errors";
import type { BundleFile, Migration } from "../source/files";
import { executedText, mayChangeSettings } from "../source/statements";
import { fileFailure, isUnparsed, type Prefix } from "./fileFailure";
import { FilesAhead } from "./filesAhead";
import type { ApplyRequest, RanFile } from "./request";
import { type Sender, sendFile } from "./sendFile";

/** A file failed in a way that takes along what ran before it in the transaction. */
export class TransactionLost extends Error {
  constructor(
    override readonly cause: SqlFileError,
    /** How many migrations were lost with it. */
    readonly migrations: number,
  ) {
    super(cause.message, { cause });
  }
}

export interface MigrationRun {
  readonly next?: Migration;
  /** Whether migrations are left that may run in a transaction: not in this one. */
  readonly more: boolean;
  readonly failure?: { readonly error: unknown; readonly file: Migration };
}

export async function runMigrations(
  session: Session,
  request: ApplyRequest,
  pending: readonly Migration[],
  filesAtOnce: number,
  ran: RanFile[],
): Promise<MigrationRun> {
  const alone = pending.findIndex((file) => file.noTransaction);
  const together = pending.slice(0, Math.min(alone < 0 ? pending.length : alone, filesAtOnce));
  const next = pending[together.length];
  const done: AppliedMigration[] = [];
  const ahead = new FilesAhead((file) => send(file, { session, notice: request.report.notice }));
  const record = () => recordMigrations(session.work, request.inputs.name, done);
  for (const file of together) {
    request.report.progress(`${file.display} (new)`);
    const started = performance.now();
    try {
      await ahead.run(file, together.slice(done.length + 1));
    } catch (error) {
      const fault = fileFailure(file, error, prefix, session.blocker);
      if (!(fault instanceof SqlFileError) || isLostLock(fault.cause)) throw fault;
      // Nothing of the message ran, so there is no savepoint to go back to.
      if (isUnparsed(error)) throw new TransactionLost(fault, done.length);
      await session.execute("rollback to savepoint migration");
      await record();
      return { more: false, failure: { error: fault, file } };
    }
    const durationMilliseconds = Math.round(performance.now() - started);
    done.push({ file, durationMilliseconds });
    ran.push({ path: file.path, reason: "new", kind: "migration", durationMilliseconds });
  }
  await record();
  if (next?.noTransaction) return { next, more: false };
  return { more: next !== undefined };
}

const prefix: Prefix = { text: "savepoint migration; ", statements: 1 };

function send(file: BundleFile, sender: Sender): Promise<void> {
  const reset = mayChangeSettings(file) ? `${sender.session.settings};` : "";
  const text = `${prefix.text}${executedText(file)};${reset} release savepoint migration`;
  return sendFile(file, { text, prefix }, sender);
}
