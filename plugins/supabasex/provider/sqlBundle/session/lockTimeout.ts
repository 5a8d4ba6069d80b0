import { UserError } from "../../../../../foundation/userError";
import { isDatabaseError } from "../source/errors";
import { helpOvertaken, isOvertaken } from "./overtaken";

/** SQLSTATE of a statement that waited for a lock longer than `lock_timeout`. */
export const lockTimeout = "55P03";

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

/**
 * Returns the server's error about one of our own statements, such as a read of the catalog, as a message for the user.
 */
export function statementFailure(subject: string, error: unknown, blocker: string | undefined): unknown {
  if (!isDatabaseError(error)) return error;
  const isRace = isOvertaken(error);
  const { detail, hint } =
    error.code === lockTimeout ? lockHelp(blocker) : isRace ? { ...error, hint: helpOvertaken } : error;
  const lines = [`${subject}: ${error.message} (${error.code})`];
  if (detail !== undefined) lines.push(`  detail: ${detail}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return new UserError(lines.join("\n"), 1, { cause: error });
}
