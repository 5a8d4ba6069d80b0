import type { DatabaseError } from "pg";
import { UserError } from "../../../../../foundation/userError";
import type { BundleFile } from "./files";

/** The server's notice about a statement of a file. */
export interface FileNotice {
  /** As PostgreSQL names it. */
  readonly severity: string;
  /** With its place in the file. */
  readonly line: string;
}

export interface SqlFileIssue {
  readonly file: BundleFile;
  readonly message: string;
  /** Index in the file's text. Without it, the issue concerns the whole file. */
  readonly index?: number;
  /** Where the statement begins that failed. It may call a function of the file, in which `index` is. */
  readonly statementIndex?: number;
  readonly sqlState?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** PostgreSQL's call stack, innermost first. */
  readonly where?: string;
  /** The server's notices before it, which are not part of the message. */
  readonly notices?: readonly FileNotice[];
}

/**
 * An error in an SQL file, printed like a compiler error: file, line and column, the error, the line with a caret below,
 * then any further help.
 */
export class SqlFileError extends UserError {
  readonly sqlState: string | undefined;
  readonly file: BundleFile;
  /** The error, without its place. */
  readonly issue: SqlFileIssue;

  constructor(issue: SqlFileIssue, options?: ErrorOptions) {
    super(format(issue), 1, options);
    this.sqlState = issue.sqlState;
    this.file = issue.file;
    this.issue = issue;
  }
}

function format(issue: SqlFileIssue): string {
  const { file, index } = issue;
  const state = issue.sqlState === undefined ? "" : ` (${issue.sqlState})`;
  const lines: string[] = [];
  const message = indented(issue.message, "  ");
  if (index === undefined) {
    lines.push(`${file.display}: ${message}${state}`);
  } else {
    const place = placeOf(file.text, index);
    lines.push(`${file.display}:${place.line}:${place.column}: ${message}${state}`);
    const number = `${place.line}`;
    lines.push(`  ${number} | ${place.source}`);
    lines.push(`  ${" ".repeat(number.length)} | ${place.indent}^`);
  }
  for (const key of ["detail", "hint", "where"] as const) {
    const text = issue[key];
    if (text !== undefined) lines.push(`  ${key}: ${indented(text, " ".repeat(key.length + 4))}`);
  }
  return withoutControls(lines.join("\n"));
}

/** Longer texts are truncated: a message may contain a whole value, and the call stack a whole statement. */
const maxCharacters = 2000;

/** Returns a text of the server with its further lines indented. */
function indented(text: string, indent: string): string {
  const characters = [...text];
  const rest = characters.length - maxCharacters;
  const shown = rest > 0 ? `${characters.slice(0, maxCharacters).join("")}… (${rest} more characters)` : text;
  return shown.replaceAll("\n", `\n${indent}`);
}

/** Returns the text with a placeholder for each character that would affect the terminal. */
export function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => (/[\t\n]/.test(character) ? character : "\u{fffd}"));
}

interface Place {
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** The line; for a long one, the part around the place. */
  readonly source: string;
  /** As wide as the text before the place. Tabs stay tabs, so the caret is below it in any terminal. */
  readonly indent: string;
}

/** A longer line is truncated to this number of characters before and after the place. */
const longLine = 160;
const maxBefore = 100;
const maxAfter = 50;

/** Returns line and column of an index, and the line itself. */
export function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = text.indexOf("\n", index);
  const prefix = [...before.slice(lineStart)];
  const rest = [...text.slice(index, lineEnd === -1 ? undefined : lineEnd)];
  const isLong = prefix.length + rest.length > longLine;
  const shownBefore = isLong && prefix.length > maxBefore ? ["…", ...prefix.slice(-maxBefore)] : prefix;
  const shownAfter = isLong && rest.length > maxAfter ? [...rest.slice(0, maxAfter), "…"] : rest;
  return {
    line: before.split("\n").length,
    column: prefix.length + 1,
    source: [...shownBefore, ...shownAfter].join(""),
    indent: shownBefore.map(blankFor).join(""),
  };
}

const noWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Characters that terminals draw two cells wide: East Asian wide and full-width characters, and emoji. */
const doubleWidth =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** Returns spaces with the width of the character. */
function blankFor(character: string): string {
  if (character === "\t") return "\t";
  if (noWidth.test(character)) return "";
  return doubleWidth.test(character) ? "  " : " ";
}

/** Returns whether the error came from the server, with its SQLSTATE. */
export function isDatabaseError(error: unknown): error is DatabaseError & { readonly code: string } {
  return (
    error instanceof Error && typeof (error as { code?: unknown }).code === "string" && "severity" in error
  );
}

/** Returns whether the connection itself failed or broke: SQLSTATE classes 08 and 57P, or a socket error. */
export function isConnectionLost(error: unknown): boolean {
  if (isDatabaseError(error)) return error.code.startsWith("08") || /^57P0[1-4]$/.test(error.code);
  if (!(error instanceof Error)) return false;
  return (
    /^Connection terminated|^Client has encountered a connection error|not queryable/.test(error.message) ||
    ["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(String((error as { code?: unknown }).code))
  );
}
