import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";
import type { CatalogDifference } from "./difference";
import { partsOfIdentity } from "./identity";

/** Returns whether a property contains code, which may include tokens. */
function isProgram(kind: string, property: string): boolean {
  // The command of a policy is one of five words.
  if (property === "command") return kind === "cron job";
  return property === "body" || property === "default" || property === "definition";
}

/** What a hash begins with that replaces a text. */
const mark = "not kept, sha256 ";

/** Kinds whose default or definition is an expression. */
const ofExpressions: ReadonlySet<string> = new Set(["column", "constraint", "index", "statistics"]);

/** Expressions: without their literals they still show who may do what, so the rest is always shown. */
const expressions = ["arguments", "check", "generated", "using", "where"];

/**
 * Returns the live catalog without texts that are in no file of the bundle. State is exported and shown, and a manual
 * text in a job, a function or a policy may contain a secret. The text of an extra object is replaced by its hash; in a
 * changed one, and in expressions, as of a default or an index, only quoted parts that the expected text lacks. It is only to be shown: a
 * comparison may need the texts of several objects, as those of a trigger and its copies.
 */
export function withRedactedTexts(expected: Catalog, live: Catalog): Catalog {
  const foreign = Object.entries(live).filter(([identity, object]) => object !== expected[identity]);
  if (foreign.length === 0) return live;
  const shortened = foreign.map(([identity, object]) => [
    identity,
    withoutTexts(partsOfIdentity(identity).kind, expected[identity], object),
  ]);
  return { ...live, ...Object.fromEntries(shortened) };
}

/** Returns the differences of a bundle without these texts. */
export function withRedactedValues(differences: readonly CatalogDifference[]): CatalogDifference[] {
  return differences.map((difference) => redacted(difference, (_, expected) => expected));
}

/**
 * Returns a baseline and a posture without texts that may contain secrets. No file contains a baseline, so its own
 * values and literals are replaced by their hashes too.
 */
export function withRedactedPostures(
  baseline: Catalog,
  posture: Catalog,
): { readonly baseline: Catalog; readonly posture: Catalog } {
  const shown = Object.fromEntries(
    Object.entries(baseline).map(([identity, object]) => [
      identity,
      withoutOwnTexts(partsOfIdentity(identity).kind, object),
    ]),
  );
  return { baseline: shown, posture: withRedactedTexts(shown, posture) };
}

/** Returns the differences of a posture from its baseline without these texts. */
export function withRedactedAccess(differences: readonly CatalogDifference[]): CatalogDifference[] {
  return differences.map((difference) => redacted(difference, withoutOwnTexts));
}

/** @param shown returns the expected properties as they may be shown */
function redacted(
  difference: CatalogDifference,
  shown: (kind: string, expected: CatalogObject) => CatalogObject,
): CatalogDifference {
  const { identity, property, expected, live } = difference;
  const { kind } = partsOfIdentity(identity);
  const asObject = (value: CatalogDifference["live"]) =>
    (property === undefined ? value : { [property]: value }) as CatalogObject;
  const asValue = (object: CatalogObject) => (property === undefined ? object : object[property]);
  const known = expected === undefined ? undefined : shown(kind, asObject(expected));
  return {
    ...difference,
    ...(known !== undefined && { expected: asValue(known) }),
    ...(live !== undefined && { live: asValue(withoutTexts(kind, known, asObject(live))) }),
  };
}

function withoutOwnTexts(kind: string, object: CatalogObject): CatalogObject {
  if (kind === "role settings" || kind === "database settings") return withoutOwnSettings({}, object);
  const changed = Object.entries(object).flatMap(([name, value]): [string, JsonValue][] => {
    if (name === "settings" && isJsonObject(value)) return [[name, withoutOwnSettings({}, value)]];
    if (name === "wrapperOptions" && isJsonObject(value)) return [[name, withoutValues({}, value)]];
    const isCode = isProgram(kind, name) || expressions.includes(name);
    return typeof value === "string" && isCode ? [[name, withoutQuotes("", value)]] : [];
  });
  return changed.length === 0 ? object : { ...object, ...Object.fromEntries(changed) };
}

/** Returns whether a text contains a hash that replaces another text, so as a statement it would be wrong. */
export function isRedacted(text: string): boolean {
  return new RegExp(`${mark}[0-9a-f]{16}`).test(text);
}

function withoutTexts(kind: string, expected: CatalogObject | undefined, live: CatalogObject): CatalogObject {
  if (kind === "role settings" || kind === "database settings")
    return withoutOwnSettings(expected ?? {}, live);
  const changed = Object.entries(live).flatMap(([name, is]): [string, JsonValue][] => {
    const should = expected?.[name];
    if (name === "settings" && isJsonObject(is))
      return [[name, withoutOwnSettings(isJsonObject(should) ? should : {}, is)]];
    // A foreign data wrapper may accept anything, such as a program with a token in its arguments.
    if (name === "wrapperOptions" && isJsonObject(is))
      return [[name, withoutValues(isJsonObject(should) ? should : {}, is)]];
    if (typeof is !== "string" || should === is) return [];
    const known = typeof should === "string" ? should : "";
    if (expressions.includes(name)) return [[name, withoutQuotes(known, is)]];
    const isWhole = isProgram(kind, name) && should === undefined && !ofExpressions.has(kind);
    if (name === "comment" || isWhole) return [[name, notKept(is)]];
    return isProgram(kind, name) ? [[name, withoutQuotes(known, is)]] : [];
  });
  return changed.length === 0 ? live : { ...live, ...Object.fromEntries(changed) };
}

/**
 * Extensions of the server whose settings configure it, and contain no secrets except for the Data API's. The claim with
 * the role is no secret. Names of settings are case-insensitive.
 */
const knownSetting =
  /^(auto_explain|pgaudit|pgrst|pg_stat_statements|plan_filter|plpgsql|safeupdate|storage)\.(jwt_role_claim_key$|(?!.*(secret|password|key|uri)))/i;

/** Returns the settings. Custom ones (`app.key`) may contain anything; those of the server are known. */
function withoutOwnSettings(expected: CatalogObject, live: CatalogObject): JsonObject {
  return withoutValues(expected, live, (name) => !name.includes(".") || knownSetting.test(name));
}

/** Returns the values by name; one that the expected object lacks and that may be a secret is replaced by its hash. */
function withoutValues(
  expected: JsonObject,
  live: JsonObject,
  isHarmless: (name: string) => boolean = () => false,
): JsonObject {
  return Object.fromEntries(
    Object.entries(live).map(([name, value]) => [
      name,
      expected[name] === value || isHarmless(name) ? value : notKept(String(value)),
    ]),
  );
}

/** String literals and comments, and quoted identifiers, in which a quote or two hyphens begin neither. */
const quoted =
  /"(?:[^"\n]|"")*"|\b[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** Replaces string literals and comments that the expected text lacks by their hashes. */
function withoutQuotes(expected: string, live: string): string {
  const known = new Set(expected.match(quoted) ?? []);
  const hidden = (text: string) => (known.has(text) ? text : `'${notKept(text)}'`);
  return live.replaceAll(quoted, (text) =>
    // In other languages than SQL it is a string, which may contain a statement.
    text.startsWith('"') ? text.replaceAll(/'[^']*'/g, hidden) : hidden(text),
  );
}

/** Returns what replaces a text. */
function notKept(text: string): string {
  return `${mark}${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
