import { literalPattern } from "../../foundation/literalPattern";
import { type PatternOfParts, patternOfParts, rangesOf } from "./patternOfParts";
import type { TextRange } from "./textRanges";

/** Names of characters in HTML and XML. */
const entities: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
};

/** Letters after a backslash, in JSON, C and SQL. */
const escapes: Readonly<Record<string, string>> = { "\n": "n", "\t": "t" };

/** Up to two levels of strings inside of strings, each of which doubles a backslash. */
const backslashes = "\\\\{1,4}";

/** Text without one of these contains no escaped character. */
const perhapsEscaped = /[%\\&+']/;

/** The escaped form of one of these begins with the character itself. */
const ambiguous = "%\\&'";

/** Base64 is usually wrapped at 64 or 76 characters. */
const shortestWrapped = 60;
const lineBreaks = "(?:\\\\{1,4}[rn]|\\n[ \\t]{0,40}){0,2}";

/**
 * Returns a function that finds secrets in an encoded form: with some or all characters escaped as in URLs (also twice), JSON, C,
 * SQL, HTML or PostgreSQL's `bytea`; as hexadecimal digits with any usual separator; and as Base64 with line breaks.
 *
 * @param values the secrets; their plain form and Base64 in one line are found elsewhere
 * @param base64 returns the forms of a value in Base64
 */
export function encodedSecrets(
  values: readonly string[],
  base64: (value: string) => readonly string[],
): (text: string) => TextRange[] {
  const escaped = values.map((value) => {
    const characters = [...value];
    const isClear = (index: number) => !ambiguous.includes(characters[index] ?? "");
    return patternOfParts(characters.map(escapedCharacter), { flags: "u", isClear });
  });
  const hexadecimal = values.map(hexadecimalPattern);
  const wrapped = values
    .flatMap(base64)
    .filter((form) => form.length > shortestWrapped)
    .map((form) => patternOfParts([...form].map(literalPattern), { separator: lineBreaks, flags: "u" }));
  return (text) => [
    ...(perhapsEscaped.test(text) ? escaped : []).flatMap((pattern) => rangesOf(text, pattern)),
    ...hexadecimal.flatMap((pattern) => rangesOf(text, pattern)),
    ...(/\n|\\n/.test(text) ? wrapped : []).flatMap((pattern) => rangesOf(text, pattern)),
  ];
}

/** Returns a pattern for a character as it is, and in each escaped form. */
function escapedCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(character)];
  const eachByte = (form: (byte: number) => string) => bytes.map(form).join("");
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const forms = [
    literalPattern(character),
    eachByte((byte) => `%(?:25){0,3}${digits(byte, 2)}`),
    eachByte((byte) => `${backslashes}x${digits(byte, 2)}`),
    eachByte((byte) => `${backslashes}${byte.toString(8).padStart(3, "0")}`),
    units.map((unit) => `${backslashes}u${digits(unit, 4)}`).join(""),
    `${backslashes}u\\{0{0,4}${digits(code, 1)}\\}`,
    `&#0{0,4}${code};`,
    `&#[xX]0{0,4}${digits(code, 1)};`,
    ...(character in entities ? [`&${entities[character]};`] : []),
    ...(character in escapes ? [`${backslashes}${escapes[character]}`] : []),
    ...(character === " " ? ["\\+"] : []),
    ...(character === "'" ? ["''"] : []),
    ...(`"'\\/`.includes(character) ? [`${backslashes}${literalPattern(character)}`] : []),
  ];
  return `(?:${forms.join("|")})`;
}

/** Returns a pattern for the bytes of a value: `6162`, `61 62`, `61:62` or `0x61, 0x62`. */
function hexadecimalPattern(value: string): PatternOfParts {
  const bytes = [...Buffer.from(value)].map((byte) => byte.toString(16).padStart(2, "0"));
  return patternOfParts(bytes, { separator: "(?:[ \\n:-]|,? ?0x)?", flags: "i" });
}

/** Returns a pattern for hexadecimal digits in upper and lower case, which leaves the case of the other characters strict. */
function digits(value: number, length: number): string {
  return value
    .toString(16)
    .padStart(length, "0")
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
