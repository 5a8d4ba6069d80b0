import type { Node } from "libpg-query";
import { literalPattern } from "../../../../../foundation/literalPattern";
import { blockStatements } from "./blockStatements";
import type { BundleFile } from "./files";
import { isWord } from "./relationTitle";
import { actsOnUnnamed, runsCode, statementsOf, textOf } from "./statements";

/** A file's text in the forms in which it is searched for names. */
interface Searchable {
  /** The text as it is, and with decoded escapes if it has any: these may also be parts of other names and strings. */
  readonly texts: readonly string[];
  readonly words: ReadonlySet<string>;
}

const searchable = new WeakMap<BundleFile, Searchable>();

/** The number of bytes that the server keeps of a name. The text may contain a longer one. */
const maxNameBytes = 63;

const identifier = /[a-z_][a-z0-9_$]*/g;

function searchableOf(file: BundleFile): Searchable {
  let known = searchable.get(file);
  if (known === undefined) {
    const texts = [...new Set([file.text, withoutEscapes(file.text)])].map(comparable);
    const found = texts.flatMap((text) => text.match(identifier) ?? []);
    known = { texts, words: new Set(found.map((word) => word.slice(0, maxNameBytes))) };
    searchable.set(file, known);
  }
  return known;
}

/** Returns the text in lower case, in which each doubled quote is a single character. */
function comparable(text: string): string {
  return text.toLowerCase().replaceAll(/(["'])\1/g, "$1");
}

/** Returns a name as it is in the searched text, without the quotes around it. */
function comparableName(name: string): string {
  return comparable(withoutQuotes(name));
}

function withoutQuotes(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

/** Returns the text with the letters of its Unicode escapes: `"data"` for `U&"d\0061ta"`. */
function withoutEscapes(text: string): string {
  const mark = /\bu&(?=["'])/gi;
  if (!mark.test(text)) return text;
  return text
    .replaceAll(mark, "")
    .replaceAll(/\\(?:\+([0-9a-f]{6})|([0-9a-f]{4}))/gi, (_, six?: string, four?: string) =>
      characterOf(Number.parseInt(six ?? four ?? "", 16)),
    );
}

function characterOf(codePoint: number): string {
  return codePoint > 0x10ffff ? "" : String.fromCodePoint(codePoint);
}

/**
 * Returns whether the file's text, including comments, contains the name as a word, with any case, quoting and length
 * beyond what the server keeps.
 */
export function mentions(file: BundleFile, name: string): boolean {
  const bare = comparableName(name);
  const { texts, words } = searchableOf(file);
  return isWord(bare) ? words.has(bare) : texts.some((text) => text.includes(bare));
}

/**
 * Returns whether the file's text contains the name of an object, with its schema or without any. After another
 * qualifier it is the name of something else, such as a column.
 *
 * @param schema quoted as in the catalog
 * @param name only the name, quoted in the same way
 */
export function mentionsObject(file: BundleFile, schema: string, name: string): boolean {
  if (!mentions(file, name)) return false;
  const [ofSchema, bare] = [comparableName(schema), comparableName(name)];
  const escaped = literalPattern(bare);
  const rest = Buffer.byteLength(bare) < maxNameBytes ? "" : '[^"\\s.]*';
  const places = new RegExp(
    // A double quote in a schema's name is not doubled in the searched text.
    `(?:("${literalPattern(ofSchema)}"|"[^"]+"|[\\w$]+)\\s*\\.\\s*)?(?<![\\w$])("?)${escaped}${rest}\\2(?![\\w$])`,
    "g",
  );
  return searchableOf(file).texts.some((text) =>
    [...text.matchAll(places)].some(
      ([, qualifier]) => qualifier === undefined || withoutQuotes(qualifier) === ofSchema,
    ),
  );
}

const dynamic = new WeakMap<BundleFile, boolean>();

/**
 * Returns whether the file may act on objects that its text does not name: `do` blocks whose text does not show every
 * statement, calls of functions, and statements about everything in a schema. `select cron.schedule(…)` names everything that
 * it acts on.
 */
export function actsOnUnnamedObjects(file: BundleFile): boolean {
  let known = dynamic.get(file);
  if (known === undefined) {
    known = statementsOf(file).some((statement) => {
      const text = textOf(file, statement);
      const shown = blockStatements(statement.node, text, file.serverMajor);
      if (shown !== undefined) return shown.some(({ node }) => isAboutWholeSchemas(node));
      return actsOnUnnamed(statement.node, text) || isAboutWholeSchemas(statement.node);
    });
    dynamic.set(file, known);
  }
  return known;
}

const sweeping = /\bcascade\b|\b(?:alter|drop)\s+schema\b|\breassign\s+owned\b/i;

/** Returns whether the file may have a statement that drops or alters what depends on its object, without naming it. */
export function mayReachDependents({ text }: BundleFile): boolean {
  return sweeping.test(text);
}

/** Returns whether the file has a statement of which `runsCode` is true. */
export function hasCode(file: BundleFile): boolean {
  return statementsOf(file).some(({ node }) => runsCode(node));
}

function isAboutWholeSchemas(node: Node): boolean {
  return "GrantStmt" in node && node.GrantStmt.targtype === "ACL_TARGET_ALL_IN_SCHEMA";
}
