import { UserError } from "../../../../../foundation/userError";
import { type BundleFile, migrationOf } from "../source/files";

/** The part of the history that shows whether files are recorded. */
interface WrittenHistory {
  readonly files: ReadonlyMap<string, { readonly sha256: string }>;
  readonly versions: readonly string[];
}

/**
 * Refuses to continue if a record that was just written is not in the database, because a trigger, rule or policy on its table
 * changed or prevented it: files that are not recorded would run again.
 *
 * @param files which should be recorded
 * @param history as read afterwards
 */
export function refuseUnwritten(
  files: readonly BundleFile[],
  { files: known, versions }: WrittenHistory,
): void {
  const lost = files.find(({ path, sha256 }) => {
    const version = migrationOf(path)?.version;
    const isRecorded = version === undefined || versions.includes(version);
    return known.get(path)?.sha256 !== sha256 || !isRecorded;
  });
  if (lost !== undefined) throw notWritten(lost.display);
}

/** Returns the error for a record that the server did not write as it was sent. */
export function notWritten(what: string): UserError {
  return new UserError(
    `The database does not keep the record of ${what} in the schema supabase_migrations: drop the trigger, rule or policy on its tables that changes or prevents what is written there, and run the command again.`,
  );
}
