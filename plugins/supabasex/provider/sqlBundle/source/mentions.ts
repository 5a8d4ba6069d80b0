import type { Node } from "libpg-query";
import { blockStatements } from "./blockStatements";
import { unquoted } from "./declaredObjects";
import type { BundleFile } from "./files";
import { actsOnUnnamed, runsCode, statementsOf, textOf } from "./statements";

const words = new WeakMap<BundleFile, ReadonlySet<string>>();

/** Returns whether the file's text, including comments, contains the name as a word, with any case and quoting. */
export function mentions(file: BundleFile, name: string): boolean {
  const bare = unquoted(name);
  if (!/^[a-z_][a-z0-9_$]*$/i.test(bare)) return file.text.includes(bare);
  let known = words.get(file);
  if (known === undefined) {
    known = new Set(file.text.toLowerCase().match(/[a-z_][a-z0-9_$]*/g) ?? []);
    words.set(file, known);
  }
  return known.has(bare.toLowerCase());
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
  const [ofSchema, bare] = [unquoted(schema), unquoted(name)];
  const escaped = bare.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const places = new RegExp(
    `(?:("(?:[^"]|"")+"|[\\w$]+)\\s*\\.\\s*)?(?<![\\w$])("?)${escaped}\\2(?![\\w$])`,
    "gi",
  );
  return [...file.text.matchAll(places)].some(
    ([, qualifier]) =>
      qualifier === undefined || unquoted(qualifier).toLowerCase() === ofSchema.toLowerCase(),
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
