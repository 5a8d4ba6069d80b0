import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A secret that a test uses, with its name for reports. */
export interface PlantedSecret {
  readonly name: string;
  readonly text: string;
}

/** Anything that people or programs can read. */
export interface ReadableText {
  /** Its name in a report, such as a file's path. */
  readonly where: string;
  readonly text: string;
}

export interface Leak {
  readonly secret: string;
  readonly where: string;
  readonly part: "beginning" | "end";
  readonly encoding: string;
}

/** Number of characters at a secret's start or end that count as a leak. */
const telling = 12;

/**
 * Returns every place that contains the start or the end of a secret, in plain text or in a common encoding. Searching for both
 * ends finds the whole secret, a truncated secret, and one in a longer text.
 */
export function findLeaks(secrets: readonly PlantedSecret[], texts: readonly ReadableText[]): Leak[] {
  return secrets.flatMap(({ name, text: secret }) => {
    if (secret.length < telling) throw new Error(`${name} is too short to be distinguished from other text`);
    const parts = { beginning: secret.slice(0, telling), end: secret.slice(-telling) };
    return (["beginning", "end"] as const).flatMap((part) => {
      const forms = encodedForms(parts[part]);
      return texts.flatMap(({ where, text }) => {
        const found = [...forms].find(([form]) => text.includes(form));
        return found === undefined ? [] : [{ secret: name, where, part, encoding: found[1] }];
      });
    });
  });
}

/** Returns all files below a folder whose relative path `wanted` accepts. Does not follow symbolic links. */
export function filesBelow(folder: string, wanted = (_file: string): boolean => true): ReadableText[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter(wanted)
    .map((file) => ({ where: file, text: readFileSync(path.join(folder, file), "utf8") }));
}

/** Returns the encodings' names by the encoded text, the plain text first. */
function encodedForms(text: string): Map<string, string> {
  const json = (value: string) => JSON.stringify(value).slice(1, -1);
  const texts: [string, string][] = [
    ["plain", text],
    ["JSON", json(text)],
    ["JSON in JSON", json(json(text))],
    ["JSON of Go", goJson(text)],
    ["URL", encodeURIComponent(text)],
    ["URL, small letters", encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
    ["form", new URLSearchParams({ "": text }).toString().slice(1)],
    ["SQL literal", text.replaceAll("'", "''")],
  ];
  const bytes = texts.flatMap(([name, form]): [string, string][] => [
    ...base64Forms(form).map((encoded): [string, string] => [`base64 of ${name}`, encoded]),
    [`hexadecimal of ${name}`, Buffer.from(form).toString("hex")],
    [`hexadecimal of ${name}`, Buffer.from(form).toString("hex").toUpperCase()],
  ]);
  const forms = new Map<string, string>();
  for (const [name, form] of [...texts, ...bytes]) if (!forms.has(form)) forms.set(form, name);
  return forms;
}

/** Returns a text as Go writes it in JSON: Go also escapes for HTML. */
const goJson = (text: string) =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** Returns the characters that only depend on the text, for any offset in the encoded document: base64 encodes three bytes at a time. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const [begin, end] = [Math.ceil((offset * 8) / 6), Math.floor((shifted.length * 8) / 6)];
    return (["base64", "base64url"] as const).map((alphabet) => shifted.toString(alphabet).slice(begin, end));
  });
}
