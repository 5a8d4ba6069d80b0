import { stripVTControlCharacters } from "node:util";
import type { JsonValue } from "../../foundation/json";
import { isJsonObject } from "../../foundation/json";

const masked = "[secret]";

/** Names of variables whose values nobody may read in a report. */
const secretNames = /(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|PRIVATE|ACCESS_KEY|API_KEY|DATABASE_URL)/i;

/** A value that is shorter is more often a word of the text than a secret. */
const shortestSecret = 8;

/** Texts that are secrets wherever they stand. */
const patterns: readonly [RegExp, string][] = [
  // The password of a URL.
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+(?=@)/gi, `$1${masked}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, masked],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, masked],
  [/\bsb[a-z]*_[A-Za-z0-9_-]{20,}/g, masked],
  [/\b(?:gh[pousr]_|github_pat_)\w{20,}/g, masked],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, masked],
  [/\bSCRAM-SHA-256\$[^\s"']+/g, masked],
  [/(\bpassword\s+)'(?:[^']|'')*'/gi, `$1'${masked}'`],
];

/**
 * Returns a function that makes a text fit to be shown: without secrets, terminal codes and other control characters. Secrets
 * are what the environment holds under a name that says so, and what looks like one.
 */
export function cleaner(environment: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const values = Object.entries(environment)
    .flatMap(([name, value]) =>
      value !== undefined && value.length >= shortestSecret && secretNames.test(name) ? [value] : [],
    )
    .sort((one, other) => other.length - one.length);
  return (text) => {
    let clean = withoutControls(text);
    for (const value of values) clean = clean.replaceAll(value, masked);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** Without terminal codes, the engine's colour marks, and control characters; tabs and line ends stay. */
export function withoutControls(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/<\{%[^%]*%\}>/g, "")
      .replace(/\r\n?/g, "\n")
      // Controls, and the marks that reorder a text for the eye (Unicode TR 36).
      .replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, "")
  );
}

/** Applies a function to every text in a value, the names of members included. */
export function mapTexts<T extends JsonValue>(value: T, map: (text: string) => string): T {
  const visit = (part: JsonValue): JsonValue => {
    if (typeof part === "string") return map(part);
    if (Array.isArray(part)) return part.map(visit);
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [map(key), visit(member)]));
  };
  return visit(value) as T;
}
