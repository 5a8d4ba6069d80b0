import { sqlStates } from "../../../../../../foundation/sqlStates";
import { lockHelp, lockTimeout } from "../../session/lockTimeout";
import { helpOvertaken, isOvertaken } from "../../session/overtaken";
import { ExecutionFailure } from "../../session/session";
import { isDatabaseError, placeOf, SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { indexOfCharacter } from "../../source/statements";
import { adviceFor, ruleFor } from "./advice";
import { said } from "./fileNotices";
import { type Prefix, placeInFile, type ServerMessage, statementReached } from "./filePlace";
import { withoutOwnFrames } from "./freshSession";

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
  // After the file's own statements, only what ends its session runs.
  const where = (statement === undefined ? withoutOwnFrames(error.where ?? "") : error.where)?.trim();
  const { detail, hint } = helpFor(failure, file, { error, where, index: statement?.start, blocker });
  const notices = failure instanceof ExecutionFailure ? said(file, failure.answers, prefix) : [];
  return new SqlFileError(
    {
      file,
      message: error.message,
      sqlState: error.code,
      ...(index === undefined ? {} : { index }),
      ...(statement === undefined ? {} : { statementIndex: statement.start }),
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

interface Help {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

interface Failed {
  readonly error: ServerMessage;
  readonly where: string | undefined;
  /** Of the statement. */
  readonly index: number | undefined;
  readonly blocker: string | undefined;
}

function helpFor(failure: unknown, file: BundleFile, { error, where, index, blocker }: Failed): Help {
  const { code = "", detail, hint } = error;
  if (code === lockTimeout) return { detail, ...lockHelp(blocker) };
  if (isOvertaken(error)) return { detail, hint: helpOvertaken };
  if (code === sqlStates.syntaxError && isUnparsed(failure))
    return {
      detail,
      hint: "This syntax is newer than this server understands: rewrite the statement.",
    };
  const ruled = ruleFor(
    file,
    { message: error.message, code, detail, hint, where, routine: error.routine },
    index,
  );
  if (ruled !== undefined) return { detail, hint: ruled };
  // The function's author explains an error inside a function.
  const isOfFile = (where ?? "") === "" || code === sqlStates.invalidTransactionTermination;
  return { detail, hint: hint ?? (isOfFile ? adviceFor(code).hint : undefined) };
}

/** Returns the failed query inside a function, with its own caret. */
function whereWithQuery(where: string, error: ServerMessage): string {
  if (error.internalQuery === undefined || error.internalPosition === undefined) return where;
  const index = indexOfCharacter(error.internalQuery, Number(error.internalPosition) - 1);
  const place = placeOf(error.internalQuery, index);
  return `${where}\n  ${place.source}\n  ${place.indent}^`;
}
