import { stripVTControlCharacters } from "node:util";
import type { JsonValue } from "../../foundation/json";
import { isJsonObject } from "../../foundation/json";

const masked = "[secret]";

/** Names of variables whose values are masked in a report. */
const secretNames =
  /(TOKEN|SECRET|PASSWORD|PASSWD|_PASS$|PASSPHRASE|CREDENTIAL|PRIVATE|_KEY(_ID)?$|DATABASE_URL|_DSN$|WEBHOOK)/i;

/** Shorter values are usually ordinary words, not secrets. */
const minSecretLength = 8;

/** Patterns of secrets, which are masked wherever they appear. */
const patterns: readonly [RegExp, string][] = [
  // The password of a URL, which may contain what has to be encoded there. A port is not one.
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"']*:)(?!\d+(?:[/?#\s"']|$))[^\s"'`<>]+(?=@)/gi, `$1${masked}`],
  // Also a key whose end was cut off.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]|-(?!----))*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, masked],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, masked],
  [/\bsb[a-z]*_[A-Za-z0-9_-]{20,}/g, masked],
  [/\b(?:gh[pousr]_|github_pat_)\w{20,}/g, masked],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, masked],
  [/\bpul-[0-9a-f]{40}\b/g, masked],
  [/\b(?:v1,)?whsec_[A-Za-z0-9+/=_-]{16,}/g, masked],
  [/\b(?:sk|rk)[-_][A-Za-z0-9_-]{20,}/g, masked],
  [/\bxox[a-z]-[A-Za-z0-9-]{10,}/g, masked],
  [/(\bhooks\.slack\.com\/services\/)[\w/]+/g, `$1${masked}`],
  [/(\bX-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi, `$1${masked}`],
  [/(\bBearer\s+)[\w.~+/=-]{16,}/gi, `$1${masked}`],
  [/\bSCRAM-SHA-256\$[^\s"']+/g, masked],
  [/\bmd5[0-9a-f]{32}\b/g, masked],
  // In statements.
  [/(\bpassword\s+)(?:[eun]&?)?'(?:[^'\\]|''|\\[\s\S])*'/gi, `$1'${masked}'`],
  [/(\bpassword\s+)\$(\w*)\$[\s\S]*?\$\2\$/gi, `$1'${masked}'`],
  [/(\b(?:create|update)_secret\s*\()[^)]*/gi, `$1${masked}`],
  // In a connection string of libpq.
  [/(\bpass(?:word|wd|phrase)?\s?=\s?)(?:'(?:[^'\\]|\\.)*'|[^\s&'",;]+)/gi, `$1${masked}`],
];

/** Returns the ways in which a report may contain a value: as it is, each of its lines, in a JSON string, in a URL. */
function formsOf(value: string): string[] {
  const text = value.replace(/\r\n?/g, "\n").trim();
  const forms = [text, ...text.split("\n").map((line) => line.trim())];
  return forms.flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.replace(/\p{Cs}/gu, "")),
  ]);
}

/**
 * Returns a function that removes secrets, terminal codes and other control characters from a text. Secrets are the
 * values of environment variables whose names suggest one, and anything that looks like one.
 */
export function cleaner(environment: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const secrets = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && secretNames.test(name) ? formsOf(value) : [],
  );
  const values = [...new Set(secrets)]
    .filter((value) => value.length >= minSecretLength)
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
      // Half of a character, which is not valid in UTF-8.
      .replace(/\p{Cs}/gu, "\ufffd")
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
