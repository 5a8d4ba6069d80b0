import type { TextRange } from "./textRanges";

/**
 * A pattern of any length. V8 compiles a pattern recursively, so one for a long secret overflows the stack, and the error contains the pattern.
 */
export interface PatternOfParts {
  /** Finds the first parts. */
  readonly first: RegExp;
  /** Match the next parts, one pattern after the other. */
  readonly next: readonly RegExp[];
}

/** The most parts in one regular expression. */
const maxParts = 32;

/**
 * Returns a pattern for a sequence of parts.
 *
 * @param parts sources of regular expressions
 * @param separator what may be between two parts. Default nothing
 * @param flags beside `g` and `y`
 * @param isClear whether no other match of this part is longer, so a regular expression may end here. Default always
 */
export function patternOfParts(
  parts: readonly string[],
  {
    separator = "",
    flags,
    isClear = () => true,
  }: {
    readonly separator?: string;
    readonly flags: string;
    readonly isClear?: (index: number) => boolean;
  },
): PatternOfParts {
  const pieces: string[] = [];
  for (let start = 0; start < parts.length; ) {
    let end = Math.min(start + maxParts, parts.length);
    while (end < parts.length && end > start + maxParts / 2 && !isClear(end - 1)) end--;
    pieces.push(parts.slice(start, end).join(separator));
    start = end;
  }
  const [first = "", ...next] = pieces;
  return {
    first: new RegExp(first, `g${flags}`),
    next: next.map((piece) => new RegExp(separator + piece, `y${flags}`)),
  };
}

/** Returns what matches all parts, also where matches overlap. */
export function rangesOf(text: string, { first, next }: PatternOfParts): TextRange[] {
  const ranges: TextRange[] = [];
  first.lastIndex = 0;
  for (let found = first.exec(text); found !== null; found = first.exec(text)) {
    const start = found.index;
    const end = endOf(text, next, first.lastIndex);
    if (end !== undefined) ranges.push({ start, end });
    first.lastIndex = start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
  }
  return ranges;
}

/** Returns where a text that continues with these patterns ends; undefined if it does not. */
function endOf(text: string, patterns: readonly RegExp[], start: number): number | undefined {
  let end = start;
  for (const pattern of patterns) {
    pattern.lastIndex = end;
    if (!pattern.test(text)) return undefined;
    end = pattern.lastIndex;
  }
  return end;
}
