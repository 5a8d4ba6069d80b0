import { lockHelp, lockTimeout } from "../session/lockTimeout";
import { helpOvertaken, isOvertaken } from "../session/overtaken";
import { ExecutionFailure } from "../session/session";
import { isDatabaseError, placeOf, SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { indexOfCharacter } from "../source/statements";
import { said } from "./fileNotices";
import { type Prefix, placeInFile, type ServerMessage, statementReached } from "./filePlace";

/** Returns the server's error about a file at its place in the file. Other errors are returned unchanged. */
export function fileFailure(
  file: BundleFile,
  failure: unknown,
  prefix: Prefix,
  { blocker }: { readonly blocker?: string | undefined } = {},
): unknown {
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
  "23503": "A row refers to a missing key: correct it before this statement.",
  "23505": "Two rows have this key: change or leave out one of them before this statement.",
  "23514": "A row violates this condition: correct it before this statement.",
  "2D000": "Every file already runs in a transaction: remove commit and rollback.",
  "3F000":
    "This schema does not exist when the file runs: correct the name, or create it in an earlier migration.",
  "42501":
    "The deploying role lacks this privilege: ask the owner to grant it. On most objects of the platform's own schemas (auth, storage, …), only the platform can.",
  "42703":
    "This column does not exist when the file runs: correct the name, or add it in an earlier migration.",
  "42704":
    "No object has this name when the file runs: correct the name, or create the object in an earlier migration.",
  "42809": "An object of another kind has this name when the file runs: drop or rename it first.",
  "42P01":
    "This table or view does not exist when the file runs: correct the name, or create it in an earlier migration.",
  "42P07": "It already exists: change it with an alter statement, or choose another name.",
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
      hint: "This syntax is newer than this server understands: rewrite the statement.",
    };
  if (code === "42501" && /^must be owner of/.test(error.message ?? "")) {
    const hint =
      "Another role owns it: begin the file with `set local role` and the owner. The platform's own objects cannot be changed.";
    return { detail, hint };
  }
  const closedRole = withoutAdminOption.exec(error.message ?? "")?.[1];
  if (code === "42501" && closedRole !== undefined) {
    const hint = `The deploying role lacks the admin option on ${closedRole}. It has the option only on roles that it created. Ask a role that has it to run: grant ${closedRole} to <deploying role> with admin option.`;
    return { detail, hint };
  }
  if (code === "23505" && /"pg_ts_\w+_index"/.test(error.message ?? ""))
    return { detail, hint: hint ?? advice["42P07"] };
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
