import { stripVTControlCharacters } from "node:util";
import type { JsonValue } from "../../foundation/json";
import { isJsonObject } from "../../foundation/json";
import { encodedSecrets } from "./encodedSecrets";
import { recognizedSecrets } from "./recognizedSecrets";
import { maskSqlSecrets } from "./sqlSecrets";
import { occurrencesOf, replaceRanges } from "./textRanges";

const masked = "[secret]";

/** Names of variables whose values are masked in a report. */
const secretNames = /(TOKEN|SECRET|PASSWORD|PASSWD|_PASS$|PASSPHRASE|CREDENTIAL|PRIVATE|DATABASE_URL|_DSN$)/i;

/** Names of variables that contain a secret, or an ordinary word such as `CACHE_KEY=production`. */
const maybeSecretNames = /(_KEY(_ID)?|WEBHOOK(_URL|_SECRET)?)$/i;
const ordinaryWord = /^[a-z]{1,15}$/;

/** Shorter values are usually ordinary words, not secrets. */
const minSecretLength = 8;

/** A password without quotes in a connection string of libpq, or what `=` in a statement assigns or compares. */
const plainPassword =
  /((?:(?<![a-z0-9])pass|(?<=[;_])pwd|passw(?:or)?d|passphrase)\s?=(?!>)\s?)((?:[^\s&'",;\\]|\\[ ']?|[&,;](?![\s&'",;]|$|[\w.-]{1,40}\s?=)|(?<!=\s?)['"](?=\w))+)/gi;

/** A column, a variable or no value, as in `password = new.password`. */
const identifier =
  /^(?:(?:[a-z_][a-z0-9_]*\.)+[a-z_][a-z0-9_]*|[a-z0-9_]*pass[a-z0-9_]*|null|default|true|false)$/;

/** A password after an option of a command. Words such as `to` may follow an option in prose, so it has a digit. */
const optionPassword = /(--(?:[\w-]{0,40}-)?pass(?:word|wd|phrase)?[ \t]{1,8})(?=[^\s\d]{0,200}\d)[^\s'"]+/gi;

/** A member of an object as JavaScript and Python print it, or of a list in one line of YAML. */
const memberPassword =
  /([{,]\s?['"]?(?:(?:\w{0,40}[_-])?pass|\w{0,40}(?:passw(?:or)?d|passphrase))['"]?\s?:\s?)(?:'(?:[^'\\\n]|\\.){0,1000}'(?=\s?[,}\]])|(?=[^\s\d,}]{0,200}\d)[^\s'",}]{8}[^\s'",}]*(?=\s?[,}]))/gi;

/** Another secret without quotes. Ordinary values of these names are shorter or have no digit. */
const plainSecret =
  /((?:secret|token|(?:api|access)[_-]?key)=)(?=[A-Za-z_+/=.~%-]{0,200}\d)[\w+/=.~%-]{16}[\w+/=.~%-]*/gi;

/** No password in any notation. */
const noValue = /^(?:null|true|false)$/i;

/** A line of YAML. A plain value is a word with a digit; otherwise it may be prose. */
const yamlPassword =
  /^([ \t>+~-]{0,80}(?:[a-z][\w.-]{0,60}[_.-])?pass(?:word|wd|phrase)?:[ \t]{1,8})(?:'(?:[^'\n]+|[^\n]+')|(?!\w+:\/\/)(?=[^\s\d]*\d)[^\s'"]{8}[^\s'"]*)$/gim;

function maskPlainPassword(found: string, name: string, value: string): string {
  if (noValue.test(value)) return found;
  return /\s=/.test(name) && identifier.test(value.replace(/\)+$/, "")) ? found : `${name}${masked}`;
}

function isSecret(name: string, value: string): boolean {
  return secretNames.test(name) || (maybeSecretNames.test(name) && !ordinaryWord.test(value.trim()));
}

/** Returns a value and each of its lines. */
function partsOf(value: string): string[] {
  const text = value.replace(/\r\n?/g, "\n").trim();
  return [text, ...text.split("\n").map((line) => line.trim())];
}

/** Returns the most frequent ways in which a report may contain a value, which are found fast. */
function formsOf(value: string): string[] {
  return [
    value,
    inJson(value),
    inJson(inJson(value)),
    value.replaceAll("'", "''"),
    encodeURIComponent(value.replace(/\p{Cs}/gu, "")),
    new URLSearchParams({ "": value }).toString().slice(1),
    ...inBase64(value),
  ];
}

/** Returns the values that are long enough, without duplicates. */
function longEnough(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value.length >= minSecretLength);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * Returns what Base64 makes of a value inside of another one, such as the password in `user:password`, without the characters at the ends
 * that depend on what is around it. The result depends on the number of bytes before the value, modulo 3.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const end = (before + bytes.length) % 3 === 0 ? encoded.length : -1;
    const own = encoded.slice(before === 0 ? 0 : before + 1, end);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/**
 * Returns a function that removes secrets, terminal codes and other control characters from a text. Secrets are the
 * values of environment variables whose names suggest one, and anything that looks like one.
 */
export function cleaner(environment: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const secrets = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isSecret(name, value) ? partsOf(value) : [],
  );
  const values = longEnough(secrets.flatMap(formsOf));
  const encodedIn = encodedSecrets(longEnough(secrets), inBase64);
  return (text) => {
    const clean = withoutControls(text);
    // All are searched in the same text, because masking one would hide the begin or the end of another that overlaps it.
    const found = [
      ...values.flatMap((value) => occurrencesOf(clean, value)),
      ...encodedIn(clean),
      ...recognizedSecrets(clean),
    ];
    return maskSqlSecrets(replaceRanges(clean, found, masked), masked)
      .replace(plainPassword, maskPlainPassword)
      .replace(optionPassword, `$1${masked}`)
      .replace(memberPassword, `$1${masked}`)
      .replace(plainSecret, `$1${masked}`)
      .replace(yamlPassword, `$1${masked}`);
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
