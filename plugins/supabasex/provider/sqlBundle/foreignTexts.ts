import { createHash } from "node:crypto";
import type { Catalog, CatalogObject } from "./catalog";

/** Properties in which people write programs, and with them the tokens that those programs send somewhere. */
const programs = ["body", "command", "comment", "default", "definition"];

/**
 * What is live, without the texts that no file of the bundle has: state is exported and shown, and what somebody wrote
 * by hand into a job or a function may hold a secret. Of an object that is extra the text is replaced by its hash; of one
 * that was changed, what is quoted in it and not in the expected text. The comparison comes out the same.
 */
export function withoutForeignTexts(expected: Catalog, live: Catalog): Catalog {
  const foreign = Object.entries(live).filter(([identity, object]) => object !== expected[identity]);
  if (foreign.length === 0) return live;
  const shortened = foreign.map(([identity, object]) => [identity, withoutTexts(expected[identity], object)]);
  return { ...live, ...Object.fromEntries(shortened) };
}

function withoutTexts(expected: CatalogObject | undefined, live: CatalogObject): CatalogObject {
  const changed = programs.flatMap((name) => {
    const [should, is] = [expected?.[name], live[name]];
    if (typeof is !== "string" || should === is) return [];
    return [
      [name, typeof should === "string" ? withoutQuotes(should, is) : `not kept, ${hash(is)}`] as const,
    ];
  });
  return changed.length === 0 ? live : { ...live, ...Object.fromEntries(changed) };
}

const quoted = /'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** String literals and comments, where the expected text has not the same ones, by hash. A text without code is one. */
function withoutQuotes(expected: string, live: string): string {
  const known = new Set(expected.match(quoted) ?? []);
  return live.replaceAll(quoted, (text) => (known.has(text) ? text : `'not kept, ${hash(text)}'`));
}

function hash(text: string): string {
  return `sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
