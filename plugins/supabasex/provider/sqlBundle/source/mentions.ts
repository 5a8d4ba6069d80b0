import type { Node } from "libpg-query";
import type { BundleFile } from "./files";
import { actsOnUnnamed, statementsOf } from "./statements";

const words = new WeakMap<BundleFile, ReadonlySet<string>>();

/** Returns whether the file's text holds the name as a word, in whatever case and quoting. Comments count too. */
export function mentions(file: BundleFile, name: string): boolean {
  const bare = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  if (!/^[a-z_][a-z0-9_$]*$/i.test(bare)) return file.text.includes(bare);
  let known = words.get(file);
  if (known === undefined) {
    known = new Set(file.text.toLowerCase().match(/[a-z_][a-z0-9_$]*/g) ?? []);
    words.set(file, known);
  }
  return known.has(bare.toLowerCase());
}

const dynamic = new WeakMap<BundleFile, boolean>();

/**
 * Returns whether the file may act on objects that its text does not name: `do` blocks, calls of functions, and statements
 * about everything in a schema. `select cron.schedule(…)` names all that it acts on.
 */
export function actsOnUnnamedObjects(file: BundleFile): boolean {
  let known = dynamic.get(file);
  if (known === undefined) {
    known = statementsOf(file).some(
      ({ node, start, end }) => actsOnUnnamed(node, file.text.slice(start, end)) || isAboutWholeSchemas(node),
    );
    dynamic.set(file, known);
  }
  return known;
}

function isAboutWholeSchemas(node: Node): boolean {
  return "GrantStmt" in node && node.GrantStmt.targtype === "ACL_TARGET_ALL_IN_SCHEMA";
}
