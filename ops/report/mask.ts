import { stripVTControlCharacters } from "node:util";
import type { JsonValue } from "../../foundation/json";
import { isJsonObject } from "../../foundation/json";
import { encodedSecrets } from "./encodedSecrets";
import { maskSqlSecrets } from "./sqlSecrets";

const masked = "[secret]";

/** Names of variables whose values are masked in a report. */
const secretNames = /(TOKEN|SECRET|PASSWORD|PASSWD|_PASS$|PASSPHRASE|CREDENTIAL|PRIVATE|DATABASE_URL|_DSN$)/i;

/** Names of variables that contain a secret, or an ordinary word such as `CACHE_KEY=production`. */
const maybeSecretNames = /(_KEY(_ID)?|WEBHOOK(_URL|_SECRET)?)$/i;
const ordinaryWord = /^[a-z]{1,15}$/;

/** Shorter values are usually ordinary words, not secrets. */
const minSecretLength = 8;

type Replacement = string | ((found: string, ...groups: (string | undefined)[]) => string);

/**
 * Patterns of secrets, which are masked wherever they appear. An untrusted report may contain megabytes of anything, so they take linear
 * time and constant stack: what is repeated needs no backtracking, and `x{20}x*` is not `x{20,}`, which needs stack for each character.
 */
const patterns: readonly (readonly [RegExp, Replacement])[] = [
  // The password of a URL, which may contain what has to be encoded there. A port is not one.
  [
    /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"']*:)(?!\d+(?:[/?#\s"']|$))([^\s"'`<>]+)/gi,
    (found, start = "", rest = "") => {
      const end = rest.lastIndexOf("@");
      return end < 1 ? found : `${start}${masked}${rest.slice(end)}`;
    },
  ],
  // The same with a quote in the password, but not with one that ends a string.
  [
    /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"']{0,100}:)(?!\d+(?:[/?#\s"']|$))[^\s"'`<>@/]{0,100}["'](?![,:;\])}\\])(?:[^\s"'`<>@/]|["'](?![,:;\])}\\])){0,100}@/gi,
    `$1${masked}@`,
  ],
  // Also a key whose end was cut off, but not the line in a message that only names it.
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?=[^\S\n]*(?:\n|\\+[nr]|[A-Za-z0-9+/=]{16}))[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|(?=-----)|$)/g,
    masked,
  ],
  // Signed ones have three parts, encrypted ones five, which may be empty.
  [
    /\beyJ[\w-]{8}[\w-]*((?:\.[\w-]*){4}|\.[\w-]{8}[\w-]*\.[\w-]+)?/g,
    (found, rest) => (rest === undefined ? found : masked),
  ],
  [/\bsb[a-z]*_[A-Za-z0-9_-]{20}[A-Za-z0-9_-]*/g, masked],
  [/\b(?:gh[pousr]_|github_pat_)\w{20}\w*/g, masked],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, masked],
  [
    /((?:secret_?access_?key|session_?token)(?:\\{0,3}["'])?\s?[:=]\s?(?:\\{0,3}["'])?)[A-Za-z0-9/+=]{16}[A-Za-z0-9/+=]*/gi,
    `$1${masked}`,
  ],
  [/\bpul-[0-9a-f]{40}\b/g, masked],
  // GitLab, npm, Google, SendGrid, Resend.
  [/\bglpat-[\w-]{20}[\w-]*/g, masked],
  [/\bnpm_[A-Za-z0-9]{36}\b/g, masked],
  [/\bAIza[\w-]{35}/g, masked],
  [/\bSG\.[\w-]{22}\.[\w-]{43}/g, masked],
  [/\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{20}[A-Za-z0-9]*/g, masked],
  [/\b(?:v1,)?whsec_[A-Za-z0-9+/=_-]{16}[A-Za-z0-9+/=_-]*/g, masked],
  [/\b(?:sk-|[sr]k_(?:org_)?(?:live|test)_)[A-Za-z0-9_-]{16}[A-Za-z0-9_-]*/g, masked],
  [/\bxox[a-z]-[A-Za-z0-9-]{10}[A-Za-z0-9-]*/g, masked],
  [/(\bhooks\.slack\.com\/services\/)[\w/]+/g, `$1${masked}`],
  [/(\bX-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi, `$1${masked}`],
  [/(\bAuthorization["']?\s?[:=]\s?["']?Basic\s+)[\w+/=-]+/gi, `$1${masked}`],
  [/(\bBearer\s+)[\w.~+/=-]{16}[\w.~+/=-]*/gi, `$1${masked}`],
  [/\bSCRAM-SHA-256\$[^\s"']+/g, masked],
  [/\bmd5[0-9a-f]{32}\b/g, masked],
];

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
function longestFirst(values: readonly string[]): string[] {
  return [...new Set(values)]
    .filter((value) => value.length >= minSecretLength)
    .sort((one, other) => other.length - one.length);
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
  const values = longestFirst(secrets.flatMap(formsOf));
  const maskEncoded = encodedSecrets(longestFirst(secrets), inBase64);
  return (text) => {
    let clean = withoutControls(text);
    for (const value of values) clean = clean.replaceAll(value, masked);
    clean = maskEncoded(clean, masked);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement as string);
    return maskSqlSecrets(clean, masked)
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
