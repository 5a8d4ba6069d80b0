import type { Node, RawStmt } from "libpg-query";
import { sqlStates } from "../../../../../foundation/sqlStates";
import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { byteOffsets, defaultServerMajor, newestAccepts, parserError, parseSql, scanSql } from "./parser";
import { scheduledJobs } from "./scheduledJobs";

/** One SQL statement of a file. Offsets are indexes in the file's text, as in JavaScript. */
export interface Statement {
  /** The parse tree's node name, such as `CreatePolicyStmt`. */
  readonly kind: string;
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

const parsed = new WeakMap<BundleFile, readonly Statement[]>();

/**
 * Returns the statements of a file to run, in order, without `begin` and `commit` around the whole file. The parser
 * must have been loaded. Throws SqlFileError for a syntax error.
 */
export function statementsOf(file: BundleFile): readonly Statement[] {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const all = parse(file);
  const isWhole = !file.noTransaction && isWrapped(all);
  const statements = isWhole ? all.slice(1, -1) : all;
  if (isWhole)
    wrappers.set(
      file,
      [all.at(0), all.at(-1)].filter((statement) => statement !== undefined),
    );
  parsed.set(file, statements);
  return statements;
}

/**
 * Returns the text that is sent to run a file. A file that is entirely between `begin` and `commit` runs in the deployment's
 * transaction. These two are replaced by spaces, so every other position stays the same.
 */
export function executedText(file: BundleFile): string {
  statementsOf(file);
  return wrappers.get(file)?.reduce(blankedOut, file.text) ?? file.text;
}

/** `begin` and `commit` around the whole file, which it does not need. */
const wrappers = new WeakMap<BundleFile, readonly Statement[]>();

function blankedOut(text: string, { start, end }: Statement): string {
  return text.slice(0, start) + text.slice(start, end).replaceAll(/\S/gu, " ") + text.slice(end);
}

export function textOf(file: BundleFile, statement: Statement): string {
  return file.text.slice(statement.start, statement.end).trim();
}

/** Statements that set something, or run code that may. All others keep settings and role. */
export const setting: ReadonlySet<string> = new Set([
  "VariableSetStmt",
  "DoStmt",
  "CallStmt",
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
]);

/**
 * Returns whether settings or role may differ after the file, or whether it may leave a cursor or a temporary object in the
 * session.
 */
export function mayChangeSession(file: BundleFile): boolean {
  const leaves = /\b(?:cursor|temp|temporary|pg_temp)\b/i.test(file.text);
  return leaves || statementsOf(file).some((statement) => setting.has(statement.kind));
}

/**
 * Returns whether the file has set this setting, such as `role`, before the statement at an index, and not reset it.
 *
 * @param before default: the end of the file
 */
export function setsItself(file: BundleFile, name: string, before = Number.POSITIVE_INFINITY): boolean {
  const last = statementsOf(file)
    .filter(({ end }) => end <= before)
    .flatMap(({ node }) => ("VariableSetStmt" in node ? [node.VariableSetStmt] : []))
    .findLast((one) => one.name === name || one.kind === "VAR_RESET_ALL");
  return last?.kind === "VAR_SET_VALUE";
}

/** Returns the text without comments and with single spaces, which is the same for two spellings of one statement. */
export function comparableText(sql: string): string {
  return scanSql(sql)
    .tokens.filter((token) => token.tokenName !== "SQL_COMMENT" && token.tokenName !== "C_COMMENT")
    .map((token) => token.text)
    .filter((text) => text !== ";")
    .join(" ");
}

/** Returns whether a statement is a `do` block or runs a procedure, which may create, change or drop any object. */
export const runsCode = (node: Node): boolean => "DoStmt" in node || "CallStmt" in node;

/**
 * Returns whether a statement runs code that may act on any object: a `do` block, or a call other than of pg_cron's
 * functions for jobs that it names.
 */
export function actsOnUnnamed(node: Node, text: string): boolean {
  if (runsCode(node)) return true;
  if (!("SelectStmt" in node)) return false;
  const isAboutJobs = /^(\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*select\s+cron\s*\./i.test(text);
  return !isAboutJobs || scheduledJobs(node).some(({ name }) => name === undefined);
}

/** Transaction settings that end with it at the latest. */
export const savepointSteps: ReadonlySet<string> = new Set([
  "TRANS_STMT_SAVEPOINT",
  "TRANS_STMT_RELEASE",
  "TRANS_STMT_ROLLBACK_TO",
]);

/**
 * Returns whether a plain `begin` and a plain `commit` are around everything, with only savepoints as other transaction
 * control.
 */
function isWrapped(statements: readonly Statement[]): boolean {
  const controls = statements
    .flatMap(({ node }, at) => ("TransactionStmt" in node ? [{ at, ...node.TransactionStmt }] : []))
    .filter(({ kind = "" }) => !savepointSteps.has(kind));
  const [first, last] = controls;
  if (controls.length !== 2 || first?.at !== 0 || last?.at !== statements.length - 1) return false;
  const begins = first.kind === "TRANS_STMT_BEGIN" || first.kind === "TRANS_STMT_START";
  const ends = last.kind === "TRANS_STMT_COMMIT" && last.chain !== true;
  return begins && (first.options ?? []).length === 0 && ends;
}

function parse(file: BundleFile): Statement[] {
  try {
    const raw = parseSql(file.text, file.serverMajor).stmts ?? [];
    const toIndex = byteOffsets(file.text);
    return raw.flatMap((statement) => describe(statement, file.text, toIndex));
  } catch (error) {
    const issue = parserError(error);
    if (issue === undefined) throw error;
    throw new SqlFileError({
      file,
      sqlState: sqlStates.syntaxError,
      message: withoutTail(issue.message),
      ...(issue.position === undefined ? {} : { index: indexOfCharacter(file.text, issue.position) }),
      hint: hintFor(file, issue.position),
    });
  }
}

/** Returns the start of an unclosed quote, for which the parser returns the rest of the text. */
function withoutTail(message: string): string {
  const line = message.split("\n", 1)[0] ?? "";
  const short = line.length > 200 ? line.slice(0, 200) : line;
  return short === message ? message : `${short}…"`;
}

function hintFor({ text, serverMajor = defaultServerMajor }: BundleFile, position = 0): string {
  const found = text.slice(indexOfCharacter(text, position));
  if (/^\s*copy\b[^;]*\bfrom\s+stdin\b/im.test(text))
    return "Only psql accepts rows after copy … from stdin: write insert … values.";
  if (/^\s*\\/m.test(text) || found.startsWith("\\"))
    return "psql commands that begin with a backslash are not SQL: remove them.";
  if (/^:['"{]?\w/.test(found)) return "psql variables, such as :name, are not SQL: write their values.";
  if (/^(?:\$?\{|<%)/.test(found))
    return "Placeholders of other tools, such as {{name}}, are not SQL: write their values.";
  const character = unprintedIn(text, indexOfCharacter(text, position));
  if (character !== undefined)
    return `The text contains the character ${character}, which is not white space in SQL: replace it with a space, or remove it.`;
  if (newestAccepts(text)) return "This syntax is newer than this server understands: rewrite the statement.";
  return `PostgreSQL ${serverMajor} does not accept the text here: correct it; nothing was changed.`;
}

/** The maximum number of characters of a word that are looked at. */
const longWord = 100;

/** Returns the first character at a place, or in the word before it, that shows as nothing or as a space. */
function unprintedIn(text: string, index: number): string | undefined {
  const [former = ""] = /[^ \t\n\v\f\r]*[ \t]*$/.exec(text.slice(Math.max(0, index - longWord), index)) ?? [];
  const [word = ""] = /^[^ \t\n\v\f\r]*/.exec(text.slice(index, index + longWord)) ?? [];
  const [found] = /[^\P{C}\t\n\v\f\r]|[^\P{Z} ]/u.exec(former + word) ?? [];
  return found === undefined
    ? undefined
    : `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function describe(raw: RawStmt, text: string, toIndex: (bytes: number) => number): Statement[] {
  const node = raw.stmt;
  const kind = node === undefined ? undefined : Object.keys(node)[0];
  if (node === undefined || kind === undefined) return [];
  const from = raw.stmt_location ?? 0;
  const start = afterBlanks(text, toIndex(from));
  const end = raw.stmt_len === undefined || raw.stmt_len === 0 ? text.length : toIndex(from + raw.stmt_len);
  return [{ kind, node, start, end }];
}

/** Returns the index after white space and comments: before 18, a file's first statement begins with those above it. */
function afterBlanks(text: string, start: number): number {
  const blank = /\s+|--[^\n]*/y;
  for (let index = start; ; index = blank.lastIndex) {
    blank.lastIndex = index;
    if (blank.test(text)) continue;
    const end = endOfComment(text, index);
    if (end === index) return index;
    blank.lastIndex = end;
  }
}

/** Returns the index after a block comment, which may be nested; `start` if there is none. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  if (!text.startsWith("/*", start)) return start;
  for (let depth = 0; ; ) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
}

/** Returns the index of the n-th character, counted from 0 as in PostgreSQL: a character may be two code units. */
export function indexOfCharacter(text: string, characters: number): number {
  let index = 0;
  for (let count = 0; count < characters && index < text.length; count++) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}
