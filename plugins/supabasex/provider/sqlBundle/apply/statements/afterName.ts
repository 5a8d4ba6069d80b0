import { scanSql } from "../../source/parser";

/**
 * Returns what follows a name in a statement, without the final semicolon: of `create index i on only s.t (a);`,
 * for `on`, this is ` (a)`. Undefined if there is no such name.
 *
 * @param word the keyword before the name, in lower case; `only` may stand between them
 */
export function afterName(text: string, word: string): string | undefined {
  const tokens = scanSql(text).tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName));
  let at = tokens.findIndex((token) => token.text.toLowerCase() === word) + 1;
  if (at === 0) return undefined;
  if (tokens[at]?.text.toLowerCase() === "only") at += 1;
  while (tokens[at + 1]?.text === ".") at += 2;
  const name = tokens[at];
  if (name === undefined) return undefined;
  return Buffer.from(text, "utf8").subarray(name.end).toString("utf8").replace(/;\s*$/, "");
}
