import { stripVTControlCharacters } from "node:util";
import type { JsonValue } from "../../foundation/json";
import { isJsonObject } from "../../foundation/json";

const masked = "[secret]";

/** Names of variables whose values are masked in a report. */
const secretNames = /(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|PRIVATE|ACCESS_KEY|API_KEY|DATABASE_URL)/i;

/** Shorter values are usually ordinary words, not secrets. */
const minSecretLength = 8;

/** Patterns of secrets, which are masked wherever they appear. */
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
 * Returns a function that removes secrets, terminal codes and other control characters from a text. Secrets are the
 * values of environment variables whose names suggest one, and anything that looks like one.
 */
export function cleaner(environment: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const values = Object.entries(environment)
    .flatMap(([name, value]) =>
      value !== undefined && value.length >= minSecretLength && secretNames.test(name) ? [value] : [],
    )
    .sort((one, other) => other.length - one.length);
  return (text) => {
    let clean = withoutControls(text);
    for (const value of values) clean = clean.replaceAll(value, masked);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/**
 * Returns a text without terminal codes, the engine's colour marks, and control characters. Tabs and line endings stay.
 */
export function withoutControls(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/<\{%[^%]*%\}>/g, "")
      .replace(/\r\n?/g, "\n")
      // Control characters, and those that reorder text visually (Unicode TR 36).
      .replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, "")
  );
}

/** Applies a function to every string in a value, including the names of members. */
export function mapTexts<T extends JsonValue>(value: T, map: (text: string) => string): T {
  const visit = (part: JsonValue): JsonValue => {
    if (typeof part === "string") return map(part);
    if (Array.isArray(part)) return part.map(visit);
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [map(key), visit(member)]));
  };
  return visit(value) as T;
}
