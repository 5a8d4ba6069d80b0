import { scanSql } from "./parser";

// How SQL writes names, and how the server prints them: an identifier is quoted where necessary, and a qualified name is
// identifiers with dots between them, perhaps with the types of arguments: `shared."Order Items"`, `shared.total(integer)`.

/** The source of a regular expression that matches an identifier as the server prints it. It has no groups. */
export const identifierPattern = String.raw`(?:"(?:[^"]|"")+"|[^\s."(),]+)`;

const quoted = new Map<string, string>();

/** Returns an identifier as PostgreSQL prints it, quoted only if necessary. The parser must have been loaded. */
export function quote(identifier: string | undefined): string {
  const name = identifier ?? "";
  let known = quoted.get(name);
  if (known === undefined) {
    known = isKeyword(name) ? quoteAlways(name) : quoteUnlessKeyword(name);
    quoted.set(name, known);
  }
  return known;
}

/** Returns the same as {@link quote} without the parser, for a name that is not a keyword. */
export function quoteUnlessKeyword(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteAlways(name);
}

/** Returns an identifier in quotes, also if it needs none. */
export function quoteAlways(identifier: string | undefined): string {
  return `"${(identifier ?? "").replaceAll('"', '""')}"`;
}

/** Returns the plain name of an identifier: `"Order Items"` → `Order Items`. */
export function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/** Returns the plain name of an identifier that an author wrote: without quotes it is in lower case. */
export function unquotedAsWritten(identifier: string): string {
  return identifier.startsWith('"') ? unquoted(identifier) : identifier.toLowerCase();
}

/** Returns the name of a routine without its arguments: `shared.total(integer)` → `shared.total`. */
export function nameWithoutArguments(name: string): string {
  return /^(?:"(?:[^"]|"")+"|[^"(])+/.exec(name)?.[0] ?? name;
}

/** Returns the identifiers of a qualified name, as it quotes them: `shared."Order Items"` → `shared`, `"Order Items"`. */
export function identifiersOf(name: string): string[] {
  return name.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [];
}

/** Returns the first identifier of a qualified name: `shared."Order Items"` → `shared`. */
export function qualifierOf(name: string): string {
  return /^(?:"(?:[^"]|"")+"|[^."]+)/.exec(name)?.[0] ?? "";
}

/** Returns the rest of a qualified name after its first identifier, and another name unchanged: `shared.total(integer)` → `total(integer)`. */
export function withoutQualifier(name: string): string {
  return name.replace(/^(?:"(?:[^"]|"")+"|[^."(]+)\./, "");
}

/** Returns the bare name: `shared."Order Items"` → `"Order Items"`; `shared.total(integer)` → `total`. */
export function bareName(qualified: string): string {
  const parts = qualified.match(/"(?:[^"]|"")+"|[^."(]+|\(.*$/gs) ?? [qualified];
  const names = parts.filter((part) => !part.startsWith("("));
  return names.at(-1) ?? qualified;
}

/** Returns the identifier at the beginning of a text, such as the name of an attribute before its type. */
export function firstIdentifier(text: string): string {
  return /^(?:"(?:[^"]|"")+"|\S+)/.exec(text)?.[0] ?? text;
}

/** No keyword contains a digit or is longer than `current_timestamp`, so such a name needs no lookup. */
const couldBeKeyword = /^[a-z_]{2,17}$/;

/** Returns whether the parser takes the name for a keyword that must be quoted. */
function isKeyword(name: string): boolean {
  if (!couldBeKeyword.test(name)) return false;
  const kind = scanSql(name).tokens[0]?.keywordName;
  return kind !== "NO_KEYWORD" && kind !== "UNRESERVED_KEYWORD";
}
