import type { Node } from "libpg-query";
import { characterAt, type Inserted, statementAt } from "../../locks/probes";
import type { BundleFile } from "../../source/files";
import { indexOfCharacter, type Statement, statementsOf } from "../../source/statements";

/** What was sent before the file's own text, in the same message. */
export interface Prefix {
  readonly text: string;
  readonly statements: number;
  /** What is between the file's own statements. */
  readonly inserted?: Inserted | undefined;
}

/**
 * Returns the statement of the file that the server was running when this number of the message's statements had
 * succeeded.
 */
export function statementReached(file: BundleFile, completed: number, prefix: Prefix): Statement | undefined {
  return statementsOf(file)[statementAt(completed - prefix.statements, prefix.inserted)];
}

/** The server's message about a statement: an error or a notice. */
export interface ServerMessage {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly internalPosition?: string | undefined;
  readonly internalQuery?: string | undefined;
  /** The function of the server's source that reports it. */
  readonly routine?: string | undefined;
}

/** Returns the position in the file's text to which the server refers, or that of the statement. */
export function placeInFile(
  file: BundleFile,
  error: ServerMessage,
  { prefix, statement }: { readonly prefix: Prefix; readonly statement: Statement | undefined },
): number | undefined {
  if (error.position !== undefined) {
    const character = Number(error.position) - 1 - [...prefix.text].length;
    if (character >= 0) return indexOfCharacter(file.text, characterAt(character, prefix.inserted));
  }
  return placeInBody(file, error.where, statement) ?? statement?.start;
}

/**
 * Returns the position in a function's body: `PL/pgSQL function f(integer) line 3 at …` → the third line of the body,
 * if it is in this file.
 */
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
