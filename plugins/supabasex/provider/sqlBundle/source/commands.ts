import { byteOffsets, scanSql } from "./parser";

/** A part of a text, and its replacement, which is shorter and padded with spaces. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the commands of an `alter table` that are left out, each with its comma; empty if that is none or all of
 * them, or if the commands cannot be separated.
 *
 * @param isOut for each command in the order of the text, whether it is left out
 */
export function commandsWithout(text: string, { start, end }: Range, isOut: readonly boolean[]): Part[] {
  const begin = start + afterTable(tokensOf(text.slice(start, end)));
  return itemsWithout(text, { start: begin, end }, isOut);
}

/**
 * Returns the objects of a `drop` that are left out, as {@link commandsWithout} does with commands.
 *
 * @param kindWords the number of words that name the kind, such as 2 for `materialized view`
 */
export function objectsWithout(
  text: string,
  { start, end, kindWords }: Range & { readonly kindWords: number },
  isOut: readonly boolean[],
): Part[] {
  const tokens = tokensOf(text.slice(start, end));
  const last = tokens.findLast((token) => !/^(cascade|restrict|;)$/i.test(token.text));
  const begin = start + (tokens[kindWords]?.end ?? 0);
  return itemsWithout(text, { start: begin, end: start + (last?.end ?? 0) }, isOut);
}

/** Returns the word `concurrently` of a file that has one statement, to be left out. */
export function withoutConcurrently(text: string): Part[] {
  const word = tokensOf(text).find((token) => token.text.toLowerCase() === "concurrently");
  return word === undefined ? [] : [{ start: word.start, end: word.end, instead: "" }];
}

/** Returns the items of a list that are left out, each with its comma. */
function itemsWithout(text: string, { start, end }: Range, isOut: readonly boolean[]): Part[] {
  const commas = commasBetween(text.slice(start, end)).map((index) => start + index);
  if (commas.length !== isOut.length - 1 || !isOut.includes(true) || !isOut.includes(false)) return [];
  return isOut.flatMap((out, at): Part[] => {
    const from = at === 0 ? start : (commas[at - 1] ?? start) + 1;
    const to = commas[at] ?? end;
    // The comma after an item is removed with it; after the last remaining item, the comma before the removed one.
    const isLastKept = !isOut.slice(at + 1).includes(false);
    const blank = out ? [{ start: from, end: to, instead: "" }] : [];
    const comma = commas[at];
    if (comma === undefined || (!out && !isLastKept)) return blank;
    return [...blank, { start: comma, end: comma + 1, instead: "" }];
  });
}

interface Token {
  readonly text: string;
  /** Index of the character in the text. */
  readonly start: number;
  readonly end: number;
}

/** Returns the indexes of the commas outside of brackets. */
function commasBetween(text: string): number[] {
  let depth = 0;
  return tokensOf(text).flatMap(({ text: word, start }) => {
    if (word === "(" || word === "[") depth += 1;
    if (word === ")" || word === "]") depth -= 1;
    return word === "," && depth === 0 ? [start] : [];
  });
}

/** Returns the index after the name in `alter table [if exists] [only] schema.name [*]`. */
function afterTable(tokens: readonly Token[]): number {
  const word = (at: number) => tokens[at]?.text.toLowerCase();
  let at = 2;
  if (word(at) === "if") at += 2;
  if (word(at) === "only") at += 1;
  while (word(at + 1) === ".") at += 2;
  if (word(at + 1) === "*") at += 1;
  return tokens[at]?.end ?? 0;
}

function tokensOf(text: string): Token[] {
  const indexOf = byteOffsets(text);
  return scanSql(text)
    .tokens.filter(({ tokenName }) => !/COMMENT$/.test(tokenName))
    .map((token) => ({ text: token.text, start: indexOf(token.start), end: indexOf(token.end) }));
}
