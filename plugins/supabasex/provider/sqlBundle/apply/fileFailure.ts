import { lockHelp, lockTimeout } from "../session/lockTimeout";
import { helpOvertaken, isOvertaken } from "../session/overtaken";
import { ExecutionFailure } from "../session/session";
import { isDatabaseError, placeOf, SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { indexOfCharacter } from "../source/statements";
import { said } from "./fileNotices";
import { type Prefix, placeInFile, type ServerMessage, statementReached } from "./filePlace";

/** Returns the server's error about a file at its place in the file. Other errors are returned unchanged. */
export function fileFailure(file: BundleFile, failure: unknown, prefix: Prefix, blocker?: string): unknown {
  const error = failure instanceof ExecutionFailure ? failure.cause : failure;
  if (!isDatabaseError(error)) return error;
  const completed = failure instanceof ExecutionFailure ? failure.completed : 0;
  const statement = statementReached(file, completed, prefix);
  const index = placeInFile(file, error, { prefix, statement });
  const where = error.where?.trim();
  const { detail, hint } = helpFor(failure, error, blocker);
  const notices = failure instanceof ExecutionFailure ? said(file, failure.answers, prefix) : [];
  return new SqlFileError(
    {
      file,
      message: error.message,
      sqlState: error.code,
      ...(index === undefined ? {} : { index }),
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
      ...(where === undefined || where === "" ? {} : { where: whereWithQuery(where, error) }),
      ...(notices.length === 0 ? {} : { notices }),
    },
    { cause: error },
  );
}

/** Returns whether the server refused the whole message: it parses all of it before it runs the first statement. */
export function isUnparsed(failure: unknown): boolean {
  return failure instanceof ExecutionFailure && failure.completed === 0;
}

/** What to do, if the server's message does not say it. */
const advice: Readonly<Record<string, string>> = {
  "22P02": "Write a value of that type, or cast it.",
  "23502": "A row has no value in this column: give it one before this statement.",
  "23503": "A row refers to none: put it right before this statement.",
  "23505": "Two rows have this key: change or leave out one of them before this statement.",
  "23514": "A row breaks this condition: put it right before this statement.",
  "2D000": "Every file already runs in a transaction: leave commit and rollback out.",
  "3F000":
    "No such schema is there when this file runs: correct the name, or make it in an earlier migration.",
  "42501":
    "The role that deploys has not this right: have it granted by the owner; the platform's own schemas (auth, storage, vault, …) stay closed.",
  "42703":
    "No such column is there when this file runs: correct the name, or add it in an earlier migration.",
  "42704":
    "Nothing of that name is there when this file runs: correct it, or make it in an earlier migration.",
  "42809": "Something of another kind has this name when this file runs: drop or rename that first.",
  "42P01":
    "No such table or view is there when this file runs: correct the name, or make it in an earlier migration.",
  "42P07": "It is there already: change it with an alter statement, or choose another name.",
  "57014": "limits.statementTimeoutSeconds bounds how long one statement may run.",
};

/** The server's refusals to change a membership; the second one is from version 15. */
const withoutAdminOption =
  /^(?:permission denied to (?:grant|revoke) role|must have admin option on role) "(.+)"$/;

interface Help {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

function helpFor(failure: unknown, error: ServerMessage, blocker: string | undefined): Help {
  const { code = "", detail, hint } = error;
  if (code === lockTimeout) return { detail, ...lockHelp(blocker) };
  if (isOvertaken(error)) return { detail, hint: helpOvertaken };
  if (code === "42601" && isUnparsed(failure))
    return {
      detail,
      hint: "This is PostgreSQL, but newer than this server understands: write it otherwise.",
    };
  if (code === "42501" && /^must be owner of/.test(error.message ?? "")) {
    const hint =
      "It belongs to another role: begin the file with `set local role` and its owner; what belongs to the platform stays as it is.";
    return { detail, hint };
  }
  const closedRole = withoutAdminOption.exec(error.message ?? "")?.[1];
  if (code === "42501" && closedRole !== undefined) {
    const hint = `The role that deploys has not the admin option on ${closedRole}. It has that on the roles that it made; for another one, have somebody who has the option run: grant ${closedRole} to <that role> with admin option.`;
    return { detail, hint };
  }
  // The function's author explains an error inside a function.
  const isOfFile = (error.where ?? "").trim() === "" || code === "2D000";
  return { detail, hint: hint ?? (isOfFile ? advice[code] : undefined) };
}

/** Returns the failed query inside a function, with its own caret. */
function whereWithQuery(where: string, error: ServerMessage): string {
  if (error.internalQuery === undefined || error.internalPosition === undefined) return where;
  const index = indexOfCharacter(error.internalQuery, Number(error.internalPosition) - 1);
  const place = placeOf(error.internalQuery, index);
  return `${where}\n  ${place.source}\n  ${place.indent}^`;
}
