import { isJsonObject, type JsonObject, type JsonValue } from "../../../../foundation/json";
import { shortHash } from "../watch/shortHash";
import { type Entries, off } from "../watch/watched";

/** Section of settings → where the API returns it, and the keys that are settings. Default: all. */
export const settingSources: Readonly<Record<string, { readonly path: string; readonly keys?: RegExp }>> = {
  auth: { path: "/config/auth" },
  "Data API": { path: "/postgrest" },
  // The rest of the response is information about the platform.
  storage: { path: "/config/storage", keys: /^(fileSizeLimit|features\..*)$/ },
  database: { path: "/config/database/postgres" },
  realtime: { path: "/config/realtime" },
};

/** Names of settings whose value is a secret; the API returns a hash of some of them. */
const secretName = /secret|pass(word)?$|token$|(api|auth|access|private|root)_?key|jwt_secret/;

/** Returns the settings of a section that the stack does not send, with their values in words. */
export function settingEntries(
  section: string,
  answer: JsonValue,
  { keys, sent }: { readonly keys: RegExp | undefined; readonly sent: ReadonlySet<string> },
): Entries {
  return Object.fromEntries(
    flat(isJsonObject(answer) ? answer : {})
      .filter(([key]) => !sent.has(key) && (keys === undefined || keys.test(key)))
      .map(([key, value]) => [`${section} setting ${key}`, settingText(key, value)]),
  );
}

function flat(object: JsonObject, prefix = ""): [string, JsonValue][] {
  return Object.entries(object).flatMap(([key, value]): [string, JsonValue][] =>
    isJsonObject(value) ? flat(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}

function settingText(key: string, value: JsonValue): string {
  if (value === null || value === "" || value === false) return off;
  if (value === true) return "on";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return secretName.test(key) || text.length > maxTextLength ? `value ${shortHash(text)}` : text;
}

/** Longer settings, such as mail templates, are stored as a hash. */
const maxTextLength = 200;
