import { maskQuoted, replaceQuoted } from "../postgres/sqlText";

const routine =
  /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) (?:"(?:[^"]|"")*"|[^\s."(]+)\.("(?:[^"]|"")*"|[^\s."(]+)\(/;

/** Types of PostgreSQL whose names have several words. Others are one word, or their schema, a point and a word. */
const typeOfWords =
  /^(?:double precision|(?:character|bit) varying(?:\(\d+\))?|(?:timestamp|time)(?:\(\d+\))? with(?:out)? time zone|interval(?: [a-z ]+)?(?:\(\d+\))?)(?:\[\])*$/;

/** Stands for an empty name. No SQL contains this character. */
const placeholder = "\u0000";

/**
 * Returns SQL in which the body of a function refers to its unnamed parameter as `$2`. If other parameters have names,
 * PostgreSQL writes this as `""` or `f.""`, which it cannot read. If there are several unnamed ones, the text does not
 * tell which one is meant, and stays as it is.
 */
export function withReadableParameters(sql: string): string {
  if (!sql.includes('""')) return sql;
  const [head, name] = routine.exec(sql) ?? [];
  if (head === undefined || name === undefined) return sql;
  const masked = maskQuoted(sql);
  const end = endOfList(masked, head.length);
  // Numbers count the parameters with a value of the caller.
  const unnamed = splitList(masked.slice(head.length, end))
    .filter((parameter) => !/^\s*OUT /.test(parameter))
    .flatMap((parameter, index) => (isUnnamed(parameter) ? [index + 1] : []));
  const [position, ...others] = unnamed;
  if (position === undefined || others.length > 0) return sql;
  const body = replaceQuoted(sql.slice(end), (found) => (found === '""' ? placeholder : found))
    .replaceAll(`${name}.${placeholder}`, placeholder)
    .replaceAll(placeholder, () => `$${position}`);
  return sql.slice(0, end) + body;
}

/** Returns the position of the parenthesis that ends a list. */
function endOfList(masked: string, start: number): number {
  let depth = 1;
  for (let at = start; at < masked.length; at++) {
    if (masked[at] === "(") depth++;
    if (masked[at] === ")") depth--;
    if (depth === 0) return at;
  }
  return masked.length;
}

function splitList(masked: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of masked) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function isUnnamed(parameter: string): boolean {
  const text = parameter
    .trim()
    .replace(/^(?:IN|INOUT|VARIADIC) /, "")
    .replace(/ DEFAULT .*$/s, "");
  return !text.includes(" ") || typeOfWords.test(text);
}
