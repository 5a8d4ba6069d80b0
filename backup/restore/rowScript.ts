/** The reader of one table's rows. */
export interface RowSink {
  /** Writes bytes, which may be reused when the promise has resolved. */
  write(rows: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** Returns whether a statement ends in the middle of a quoted name. */
function isInsideName(statement: string): boolean {
  return statement.split('"').length % 2 === 0;
}

const lineEnd = 0x0a;
/** The end of the last row, or of the statement if there are no rows, and the line that ends them. */
const endOfRows = Buffer.from("\n\\.\n");

/**
 * Separates tables and rows in a stream of `copy … from stdin;` statements, without keeping more than a chunk. Other
 * statements are skipped.
 */
export class RowScript {
  readonly #open: (statement: string) => Promise<RowSink>;
  /** The beginning of an incomplete line. */
  #line: Buffer = Buffer.alloc(0);
  /** The previous lines of a statement with several lines. */
  #begun: string | undefined;
  #sink: RowSink | undefined;
  /**
   * The number of bytes at the end of the rows that match the beginning of `endOfRows`. They are held back, because the
   * rows may have ended.
   */
  #matched = 0;
  /** Whether the held back line ending belongs to the statement. */
  #isFirst = true;

  /** @param open receives each statement, without its semicolon */
  constructor(open: (statement: string) => Promise<RowSink>) {
    this.#open = open;
  }

  async write(chunk: Buffer): Promise<void> {
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0) {
      rest =
        this.#sink === undefined ? await this.#readStatement(rest) : await this.#readRows(rest, this.#sink);
    }
  }

  /** @throws Error if the script ends inside a table. */
  end(): void {
    if (this.#sink !== undefined || this.#begun !== undefined) {
      throw new Error("the rows end in the middle of a table");
    }
  }

  async #readStatement(data: Buffer): Promise<Buffer | undefined> {
    const text = this.#line.length === 0 ? data : Buffer.concat([this.#line, data]);
    let start = 0;
    for (;;) {
      const end = text.indexOf(lineEnd, start);
      if (end === -1) {
        this.#line = Buffer.from(text.subarray(start));
        return undefined;
      }
      const line = text.toString("utf8", start, end);
      start = end + 1;
      // Names may contain line endings.
      const statement: string | undefined = this.#begun === undefined ? line : `${this.#begun}\n${line}`;
      if (!/^copy /i.test(statement)) continue;
      if (!/ from stdin;$/i.test(statement) || isInsideName(statement)) {
        this.#begun = statement;
        continue;
      }
      this.#begun = undefined;
      this.#line = Buffer.alloc(0);
      this.#matched = 1;
      this.#isFirst = true;
      this.#sink = await this.#open(statement.slice(0, -1));
      return text.subarray(start);
    }
  }

  async #readRows(data: Buffer, sink: RowSink): Promise<Buffer | undefined> {
    if (this.#matched > 0) {
      const missing = endOfRows.subarray(this.#matched);
      const found = data.subarray(0, missing.length);
      if (found.equals(missing.subarray(0, found.length))) {
        this.#matched += found.length;
        if (this.#matched < endOfRows.length) return undefined;
        // The line ending belongs to the last row.
        await this.#writeHeld(sink, 1);
        return await this.#end(sink, data.subarray(found.length));
      }
      await this.#writeHeld(sink, this.#matched);
    }
    const end = data.indexOf(endOfRows);
    if (end !== -1) {
      await sink.write(data.subarray(0, end + 1));
      return await this.#end(sink, data.subarray(end + endOfRows.length));
    }
    const held = [3, 2, 1].find(
      (bytes) =>
        bytes <= data.length && data.subarray(data.length - bytes).equals(endOfRows.subarray(0, bytes)),
    );
    this.#matched = held ?? 0;
    if (data.length > this.#matched) await sink.write(data.subarray(0, data.length - this.#matched));
    return undefined;
  }

  /** Writes what was held back, except a line ending that does not belong to the rows. */
  async #writeHeld(sink: RowSink, bytes: number): Promise<void> {
    const held = endOfRows.subarray(this.#isFirst ? 1 : 0, bytes);
    this.#isFirst = false;
    this.#matched = 0;
    if (held.length > 0) await sink.write(held);
  }

  async #end(sink: RowSink, rest: Buffer): Promise<Buffer> {
    await sink.end();
    this.#sink = undefined;
    return rest;
  }
}
