/**
 * What a secret follows in SQL, and in connection strings of libpq. In `password='…'`, which may be either, a backslash is assumed to
 * escape a quote.
 */
const openings =
  /(?<sql>\b(?:password\s+|pass(?:word|wd|phrase)?\s?(?:=>|:=)\s?)(?=(?:[eun]&?)?'|\$(?:[a-z_]\w*)?\$))|(?<either>\bpass(?:word|wd|phrase)?\s?=\s?(?=(?:[eun]&?)?'))|\b(?:create|update)_secret\s*\(/gi;

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
    const { sql, either } = found.groups ?? {};
    const isString = sql !== undefined || either !== undefined;
    parts.push(text.slice(from, start), sql === undefined ? mask : `'${mask}'`);
    from = isString
      ? (endOfString(text, start, either !== undefined) ?? endOfLine(text, start))
      : endOfArguments(text, start);
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

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}
