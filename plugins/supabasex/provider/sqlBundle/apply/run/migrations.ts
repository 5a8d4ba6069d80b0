import { type AppliedMigration, recordMigrations } from "../../history/history";
import type { LockWatch } from "../../locks/watch";
import { isCausedByOthers } from "../../session/retry";
import type { Session } from "../../session/session";
import { SqlFileError } from "../../source/errors";
import type { BundleFile, Migration } from "../../source/files";
import type { Inspection } from "../../source/inspection";
import { statingStatements } from "../../source/statedFacts";
import { executedText } from "../../source/statements";
import type { LeftOut } from "../existing/leftOut";
import type { ApplyRequest, RanFile } from "../request";
import { fileFailure, isUnparsed } from "../send/fileFailure";
import type { Prefix } from "../send/filePlace";
import { FilesAhead, maxAhead } from "../send/filesAhead";
import { after, before } from "../send/freshSession";
import { type FileMessage, sendFile } from "../send/sendFile";
import type { SequenceGuard } from "../send/sequenceGuard";
import type { SkippedStatement } from "../send/skippedStatements";
import { mustRunOutside } from "../statements/outsideStatement";
import { SharedSavepoints } from "./sharedSavepoints";

/** A file failed in a way that also rolled back what ran before it in the transaction. */
export class TransactionLost extends Error {
  constructor(
    override readonly cause: SqlFileError,
    /** The number of migrations that were rolled back with it. */
    readonly migrations: number,
  ) {
    super(cause.message, { cause });
  }
}

export interface MigrationRun {
  readonly next?: Migration;
  /** Whether migrations remain that may run in a transaction, but not in this one. */
  readonly more: boolean;
  readonly failure?: { readonly error: unknown; readonly file: Migration };
  /** Statements that did nothing because an object of that name exists. */
  readonly skipped: readonly SkippedStatement[];
}

interface MigrationOptions {
  /** The number of files that may share the transaction. */
  readonly filesAtOnce: number;
  readonly locks?: LockWatch | undefined;
  readonly leftOut: LeftOut;
  readonly sequences: SequenceGuard;
  /** Receives each file that ran. */
  readonly ran: RanFile[];
}

/**
 * Runs the migrations that may share the transaction, and records them. Stops at the first failure: those before it
 * stay.
 *
 * If there are very many files, a few share a savepoint. When one of these fails that is not the first, those before it
 * run again, each behind its own savepoint. The server's notices about them are passed on once.
 */
export async function runMigrations(
  session: Session,
  request: ApplyRequest,
  pending: readonly Migration[],
  { filesAtOnce, locks, leftOut, sequences, ran }: MigrationOptions,
): Promise<MigrationRun> {
  const sharing = sharingCount(pending, (file) => isSeparate(file, request, leftOut));
  const together = pending.slice(0, Math.min(sharing, filesAtOnce));
  // What follows, such as repeatables, is in the next transaction.
  const [first] = together;
  const isAlone = first !== undefined && isSeparate(first, request, leftOut);
  const next = pending[together.length];
  const done: AppliedMigration[] = [];
  const savepoints = new SharedSavepoints(together);
  const reported = new Set<BundleFile>();
  const skipped: SkippedStatement[] = [];
  const parts: MessageParts = { savepoints, locks, leftOut };
  const send = async (file: BundleFile) => {
    const notice = reported.has(file) ? () => {} : request.report.notice;
    const message = messageOf(file, session, parts);
    const answered = sendFile(file, message, { session, notice, skipped, locks });
    // It is needed when the file has run, and the server works meanwhile.
    statingStatements(file);
    await answered;
    reported.add(file);
  };
  const ahead = new FilesAhead(send);
  const finish = async () => {
    for (const { file, durationMilliseconds } of done)
      ran.push({ path: file.path, reason: "new", kind: "migration", durationMilliseconds });
    await recordMigrations(session.work, request.inputs.name, done);
  };
  await locks?.look(session.work);
  let { mark } = sequences;
  for (let file = together[0]; file !== undefined; file = together[done.length]) {
    request.report.progress(`${file.display} (new)`);
    await request.inspection.pass(file);
    const started = performance.now();
    if (savepoints.isFirst(file)) ({ mark } = sequences);
    await sequences.before(file);
    const following = passedBehind(together, done.length, request.inspection);
    try {
      await ahead.run(file, unreadAhead(following, sequences));
      done.push({ file, durationMilliseconds: Math.round(performance.now() - started) });
    } catch (error) {
      const failure = fileFailure(file, error, prefixOf(file, parts), { blocker: session.blocker });
      if (!(failure instanceof SqlFileError) || isCausedByOthers(failure.cause)) throw failure;
      const isFirst = savepoints.isFirst(file);
      // Nothing of the message ran, so there is no savepoint to return to.
      if (isFirst && isUnparsed(error)) throw new TransactionLost(failure, done.length);
      await session.execute("rollback to savepoint migration");
      await sequences.restoreSince(mark);
      await locks?.look(session.work);
      if (isFirst && leftOut.takes(failure)) continue;
      if (isFirst) {
        await finish();
        return { more: false, failure: { error: failure, file }, skipped };
      }
      done.length = savepoints.split(file);
    }
  }
  await finish();
  if (next !== undefined && mustRunOutside(next) && !leftOut.runsInside(next))
    return { next, more: false, skipped };
  return { more: next !== undefined || isAlone, skipped };
}

/**
 * Returns whether a migration ends the transaction before it. A dry run commits nothing, so in it only those do that
 * cannot run in one.
 */
function isSeparate(file: Migration, { commit }: ApplyRequest, leftOut: LeftOut): boolean {
  return !leftOut.runsInside(file) && (mustRunOutside(file) || (commit && file.noTransaction));
}

/** Returns how many of the migrations may share a transaction. */
function sharingCount(pending: readonly Migration[], isSeparateFile: (file: Migration) => boolean): number {
  const separate = pending.findIndex(isSeparateFile);
  const [first] = pending;
  if (first !== undefined && separate === 0) return mustRunOutside(first) ? 0 : 1;
  return separate < 0 ? pending.length : separate;
}

/** Returns the files after one that have passed the check, up to the first that has not. */
function passedBehind(files: readonly Migration[], at: number, inspection: Inspection): Migration[] {
  const following = files.slice(at + 1, at + 1 + maxAhead);
  const unchecked = following.findIndex((file) => !inspection.hasPassed(file));
  return unchecked < 0 ? following : following.slice(0, unchecked);
}

/** Returns the files up to the first before which positions of sequences are read. */
function unreadAhead<F extends BundleFile>(files: readonly F[], sequences: SequenceGuard): F[] {
  const read = files.findIndex((file) => sequences.reads(file));
  return read < 0 ? [...files] : files.slice(0, read);
}

/** What determines how a migration is sent. */
interface MessageParts extends Pick<MigrationOptions, "locks" | "leftOut"> {
  readonly savepoints: SharedSavepoints;
}

function prefixOf(file: BundleFile, { savepoints, locks, leftOut }: MessageParts): Prefix {
  const inserted = locks?.textOf(file)?.inserted;
  const drops = leftOut.dropsBefore(file);
  // Locks of the drops do not belong to the file.
  const probe = locks === undefined || inserted === undefined || drops.length === 0 ? [] : [locks.probe];
  const savepoint = savepoints.isFirst(file) ? ["savepoint migration"] : [];
  const statements = [...savepoint, ...before(file), ...drops, ...probe];
  return {
    text: statements.map((statement) => `${statement}; `).join(""),
    statements: statements.length,
    inserted,
  };
}

function messageOf(file: BundleFile, session: Session, parts: MessageParts): FileMessage {
  const { savepoints, locks, leftOut } = parts;
  const prefix = prefixOf(file, parts);
  const whole = locks?.textOf(file)?.text ?? executedText(file);
  const text = leftOut.textOf(file, whole, prefix.inserted);
  const release = savepoints.isLast(file) ? ["release savepoint migration"] : [];
  return { text: `${prefix.text}${text};${[...after(file, session), ...release].join("; ")}`, prefix };
}
