/** A part of a text: from `start` to before `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Returns every occurrence of a value, also those that overlap. */
export function occurrencesOf(text: string, value: string): TextRange[] {
  const found: TextRange[] = [];
  for (let start = text.indexOf(value); start !== -1; start = text.indexOf(value, start + 1)) {
    found.push({ start, end: start + value.length });
  }
  return found;
}

/** Replaces ranges of a text, in any order. Ranges that overlap are replaced as one, so no end of one of them stays. */
export function replaceRanges(text: string, ranges: readonly TextRange[], replacement: string): string {
  const parts: string[] = [];
  let done = 0;
  let isFirst = true;
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start)) {
    if (isFirst || start >= done) parts.push(text.slice(done, start), replacement);
    done = Math.max(done, end);
    isFirst = false;
  }
  return parts.join("") + text.slice(done);
}
