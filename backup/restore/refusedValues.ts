const separator = 0x09;
const lineEnd = 0x0a;
/** Bounds of the memory. Values beyond them are sent to the server each time. */
const rememberedValues = 10_000;
const rememberedBytes = 1000;

/**
 * Remembers values that the target refused whatever else a row contains, such as a missing role in a column of type
 * `regrole`, so that the next row with such a value need not be sent. Values are compared as COPY writes them.
 */
export class RefusedValues {
  /** Reasons by the index of the column and the value. */
  readonly #reasons = new Map<number, Map<string, string>>();
  #size = 0;

  /** Remembers the value of this column in a row. */
  add(row: Buffer, column: number, reason: string): void {
    const value = storedValue(row, column);
    if (value === undefined || this.#size === rememberedValues) return;
    this.#size += 1;
    const ofColumn = this.#reasons.get(column) ?? new Map<string, string>();
    this.#reasons.set(column, ofColumn.set(value, reason));
  }

  /** Returns why the target refuses a row; undefined if none of its values is known to be refused. */
  reasonOf(row: Buffer): string | undefined {
    for (const [column, reasons] of this.#reasons) {
      const value = storedValue(row, column);
      const reason = value === undefined ? undefined : reasons.get(value);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
}

/** Returns a value of a row, whose separators COPY escapes inside of values; undefined for a long one. */
function storedValue(row: Buffer, column: number): string | undefined {
  let start = 0;
  for (let passed = 0; passed < column; passed += 1) {
    const found = row.indexOf(separator, start);
    if (found === -1) return undefined;
    start = found + 1;
  }
  const next = row.indexOf(separator, start);
  const end = next === -1 ? row.indexOf(lineEnd, start) : next;
  return end === -1 || end - start > rememberedBytes ? undefined : row.toString("latin1", start, end);
}
