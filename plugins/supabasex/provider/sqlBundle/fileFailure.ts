import type { Node } from "libpg-query";
import { isDatabaseError, placeOf, SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { ExecutionFailure } from "./session";
import { indexOfCharacter, type Statement, statementsOf } from "./statements";

/** What was sent before the file's own text, in the same message. */
export interface Prefix {
  readonly text: string;
  readonly statements: number;
}

/** The server's error about a file that was sent, at its place in the file. Other errors come back as they are. */
export function fileFailure(file: BundleFile, failure: unknown, prefix: Prefix, blocker?: string): unknown {
  const error = failure instanceof ExecutionFailure ? failure.cause : failure;
  if (!isDatabaseError(error)) return error;
  const completed = failure instanceof ExecutionFailure ? failure.completed : 0;
  const statement = statementsOf(file)[completed - prefix.statements];
  const index = placeInFile(file, error, prefix, statement);
  const where = error.where?.trim();
  return new SqlFileError(
    {
      file,
      message: error.message,
      sqlState: error.code,
      ...(index === undefined ? {} : { index }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...hintFor(error.code, error.hint, blocker),
      ...(where === undefined || where === "" ? {} : { where: whereWithQuery(where, error) }),
    },
    { cause: error },
  );
}

function hintFor(code: string, hint: string | undefined, blocker: string | undefined): { hint?: string } {
  if (code === "55P03") {
    return {
      hint:
        blocker === undefined
          ? "Another session holds a lock on the object; run again, or raise limits.lockTimeoutSeconds."
          : `Blocked by ${blocker}`,
    };
  }
  if (code === "57014" && hint === undefined) {
    return { hint: "limits.statementTimeoutSeconds bounds how long one statement may run." };
  }
  return hint === undefined ? {} : { hint };
}

interface ServerFault {
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly internalPosition?: string | undefined;
  readonly internalQuery?: string | undefined;
}

function placeInFile(
  file: BundleFile,
  error: ServerFault,
  prefix: Prefix,
  statement: Statement | undefined,
): number | undefined {
  if (error.position !== undefined) {
    const character = Number(error.position) - 1 - [...prefix.text].length;
    if (character >= 0) return indexOfCharacter(file.text, character);
  }
  return placeInBody(file, error.where, statement) ?? statement?.start;
}

/** `PL/pgSQL function f(integer) line 3 at …` → the third line of that function's body, if it is in this file. */
function placeInBody(
  file: BundleFile,
  where: string | undefined,
  failed: Statement | undefined,
): number | undefined {
  const frame = /PL\/pgSQL function (.+?)(?:\(.*\))? line (\d+)/.exec(where?.split("\n")[0] ?? "");
  const [, name, line] = frame ?? [];
  if (name === undefined || line === undefined) return undefined;
  const statement =
    name === "inline_code_block"
      ? failed
      : statementsOf(file).find((candidate) => routineName(candidate.node) === name.split(".").at(-1));
  if (statement === undefined) return undefined;
  const source = file.text.slice(statement.start, statement.end);
  const opening = /\$[A-Za-z0-9_]*\$/.exec(source);
  if (opening === null) return undefined;
  let index = statement.start + opening.index + opening[0].length;
  for (let at = 1; at < Number(line); at++) {
    const end = file.text.indexOf("\n", index);
    if (end < 0 || end >= statement.end) return statement.start;
    index = end + 1;
  }
  return index + (/^[ \t]*/.exec(file.text.slice(index))?.[0].length ?? 0);
}

function routineName(node: Node): string | undefined {
  const last = "CreateFunctionStmt" in node ? node.CreateFunctionStmt.funcname?.at(-1) : undefined;
  return last !== undefined && "String" in last ? last.String.sval : undefined;
}

/** The query inside a function that failed, with its own caret. */
function whereWithQuery(where: string, error: ServerFault): string {
  if (error.internalQuery === undefined || error.internalPosition === undefined) return where;
  const index = indexOfCharacter(error.internalQuery, Number(error.internalPosition) - 1);
  const place = placeOf(error.internalQuery, index);
  return `${where}\n  ${place.source}\n  ${place.indent}^`;
}
