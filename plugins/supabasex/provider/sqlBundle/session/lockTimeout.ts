import { sqlStates } from "../../../../../foundation/sqlStates";
import { UserError } from "../../../../../foundation/userError";
import { isDatabaseError } from "../source/errors";
import { helpOvertaken, isOvertaken } from "./overtaken";

/** SQLSTATE of a statement that waited for a lock longer than `lock_timeout`. */
export const lockTimeout = sqlStates.lockNotAvailable;

/** Returns what to do about a lock that another session holds, with its process if one was seen. */
export function lockHelp(blocker: string | undefined): { readonly detail?: string; readonly hint: string } {
  if (blocker === undefined)
    return { hint: "Another session holds a lock on the object: run the command again." };
  const end = `select pg_terminate_backend(${/\d+/.exec(blocker)?.[0]})`;
  return {
    detail: `Blocked by ${blocker}`,
    hint: `Wait until it has ended, or end it (${end}); then run the command again.`,
  };
}

/** The server's messages about a table of the record that was dropped, or that the role may no longer use. */
const aboutRecord =
  /(?:relation "supabase_migrations\.|table (?:bundles|bundle_files|bundle_statements|schema_migrations)\b)/;
const helpRecord =
  "The table holds the record of what was applied: undo the change to it, or restore it from a backup.";

/**
 * Returns the server's error about one of our own statements, such as a read of the catalog, as a message for the user.
 */
export function statementFailure(subject: string, error: unknown, blocker: string | undefined): unknown {
  if (!isDatabaseError(error)) return error;
  const isRace = isOvertaken(error);
  const { detail, hint } =
    error.code === lockTimeout
      ? lockHelp(blocker)
      : { detail: error.detail, hint: isRace ? helpOvertaken : (error.hint ?? helpAbout(error.message)) };
  const lines = [`${subject}: ${error.message} (${error.code})`];
  if (detail !== undefined) lines.push(`  detail: ${detail}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return new UserError(lines.join("\n"), 1, { cause: error });
}

function helpAbout(message: string): string | undefined {
  return aboutRecord.test(message) ? helpRecord : undefined;
}
