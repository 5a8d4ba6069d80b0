import { sqlStates } from "../../../../../../foundation/sqlStates";
import { UserError } from "../../../../../../foundation/userError";
import { SqlFileError } from "../../source/errors";
import type { FileFailure } from "../request";

/**
 * Returns whether migrations that ran before a failure stay: those before a failed migration, and those that a
 * repeatable needs to be committed. Otherwise, without its repeatables, a migration would leave a database that no
 * checkout describes.
 */
export function mayStayBehind(failure: FileFailure | undefined): boolean {
  if (failure === undefined) return true;
  const isMigration = failure.file !== undefined && "version" in failure.file;
  return isMigration || needsEarlierCommit(failure.error);
}

/**
 * Returns whether a file failed because of an uncommitted enum value or pending trigger events. Both are resolved when the
 * earlier file is committed.
 */
export function needsEarlierCommit(error: unknown): boolean {
  return (
    error instanceof SqlFileError &&
    (error.sqlState === sqlStates.unsafeNewEnumValueUsage || error.sqlState === sqlStates.objectInUse)
  );
}

/**
 * Returns whether an error on a new environment comes before the one that stopped the files here. Otherwise its
 * migration would be committed as one of those before the failed file.
 */
export function comesFirst(error: UserError, failure: FileFailure | undefined): boolean {
  if (failure === undefined) return true;
  if (!mayStayBehind(failure)) return false;
  const file = [error, error.cause].find((one) => one instanceof SqlFileError)?.file;
  if (file === undefined || !("version" in file)) return false;
  return failure.file === undefined || !("version" in failure.file) || file.path < failure.file.path;
}

/** Refuses files that only run here because of a manual change: they would fail on a new environment. */
export function refuseWhatWorksOnlyHere(
  error: UserError | undefined,
  failure: FileFailure | undefined,
): void {
  if (error === undefined || needsEarlierCommit(error) || !comesFirst(error, failure)) return;
  throw new WorksOnlyHere(error);
}

/** A file fails without the manual changes. The cause is its failure. */
export class WorksOnlyHere extends UserError {
  constructor(error: UserError) {
    super(
      [
        error.message,
        "  It fails without the manual changes in this database, so it would fail on a new environment too:",
        "  make that change in an earlier migration, or undo it.",
      ].join("\n"),
      1,
      { cause: error },
    );
  }
}

/** Returns whether the files came as far in the rehearsal as they did here. */
export function stoppedAlike(rehearsed: FileFailure | undefined, failure: FileFailure | undefined): boolean {
  return (
    rehearsed?.file?.path === failure?.file?.path && (rehearsed === undefined) === (failure === undefined)
  );
}
