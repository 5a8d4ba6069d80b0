/**
 * What a secret follows in SQL, in connection strings of libpq, and in double quotes as in JSON. In `password='…'`, which may be SQL or a
 * connection string, a backslash is assumed to escape a quote. `"password" = "…"` may compare two columns.
 */
const openings =
  /(?<json>(?:(?<![a-z0-9])pass|passw(?:or)?d|passphrase)(?:(?:\\{0,3}["'])?\s?:|\s?=|\\{0,3}["']\s?=(?!\s?\\{0,3}"(?:\w{0,63}pass\w{0,63}\\{0,3}"|\w{1,63}\\{0,3}"\.)))\s?(?=\\{0,3}"))|(?<sql>\b(?:password\s+|pass(?:word|wd|phrase)?\s?(?:=>|:=)\s?)(?=(?:[eun]&?)?'|\$(?:[a-z_]\w*)?\$))|(?<either>\bpass(?:word|wd|phrase)?\s?=\s?(?=(?:[eun]&?)?'))|\b(?:create|update)_secret\s*\(/gi;

/** The begin of a string. */
const stringBegin = /(?:([eun]&?)?'|(\$(?:[a-z_]\w*)?\$))/iy;

/** A longer dollar-quoted string counts as cut off, so that many without an end take linear time. */
const maxDollarQuotedLength = 2_000;

/**
 * Masks the strings after `password` and `password =`, and the arguments of the vault's functions. A string whose end was cut off ends
 * with its line. Code searches the ends, because a regular expression for a string needs stack for each of its characters.
 */
export function maskSqlSecrets(text: string, mask: string): string {
  const parts: string[] = [];
  let from = 0;
  openings.lastIndex = 0;
  for (let found = openings.exec(text); found !== null; found = openings.exec(text)) {
    const start = openings.lastIndex;
    const { json, sql, either } = found.groups ?? {};
    const quote = json !== undefined ? quoteAt(text, start) : sql !== undefined ? "'" : "";
    parts.push(text.slice(from, start), `${quote}${mask}${quote}`);
    if (json !== undefined) from = endOfQuoted(text, start, quote);
    else if (sql === undefined && either === undefined) from = endOfArguments(text, start);
    else from = endOfString(text, start, either !== undefined) ?? endOfLine(text, start);
    openings.lastIndex = from;
  }
  return parts.join("") + text.slice(from);
}

/** Returns the position after the string that begins at `start`; undefined if it has no end. */
function endOfString(text: string, start: number, hasEscapes: boolean): number | undefined {
  stringBegin.lastIndex = start;
  const [begin, prefix, dollar] = stringBegin.exec(text) ?? [];
  if (begin === undefined) return undefined;
  let at = start + begin.length;
  if (dollar !== undefined) {
    const end = text.slice(at, at + maxDollarQuotedLength).indexOf(dollar);
    return end === -1 ? undefined : at + end + dollar.length;
  }
  // Inside of another string, such as that of `execute`, quotes are doubled.
  if (/^'[^\s;,)']/.test(text.slice(at, at + 2))) {
    const end = text.indexOf("''", at + 1);
    return end === -1 ? undefined : end + 2;
  }
  const isEscape = hasEscapes || prefix?.toLowerCase() === "e";
  for (; at < text.length; at++) {
    if (isEscape && text[at] === "\\") at++;
    else if (text[at] === "'") {
      if (text[at + 1] !== "'") return at + 1;
      at++;
    }
  }
  return undefined;
}

/** Returns the position of the parenthesis that ends the arguments; that of the text's end if it was cut off. */
function endOfArguments(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "'" || character === "$") {
      const isEscape = /(?<!\w)e$/i.test(text.slice(at - 2, at));
      const end = endOfString(text, at, isEscape);
      if (end === undefined && character === "'") break;
      at = (end ?? at + 1) - 1;
    } else if (character === "(") depth++;
    else if (character === ")" && depth-- === 0) return at;
  }
  return text.length;
}

/** Returns the double quote at a position, with the backslashes of the string that contains it. */
function quoteAt(text: string, start: number): string {
  return text.slice(start, text.indexOf('"', start) + 1);
}

/** Returns the position after the text in double quotes that begins at `start`; that of the line's end if it was cut off. */
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + quote.length; at < text.length; at++) {
    if (text[at] === "\n") return at;
    if (text.startsWith(quote, at)) return at + quote.length;
    if (text[at] !== "\\") continue;
    const lineEnd = text.slice(at + 1, at + 1 + quote.length).indexOf("\n");
    at += lineEnd === -1 ? quote.length : lineEnd;
  }
  return text.length;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}
