/** What reads the rows of one table. */
export interface RowSink {
  write(rows: Buffer): Promise<void>;
  end(): Promise<void>;
}

const lineEnd = 0x0a;
const endOfRows = Buffer.from("\\.\n");
const lineWithEndOfRows = Buffer.from("\n\\.\n");

/**
 * Tells tables and their rows apart in a script of `copy … from stdin;` statements, as it comes, without keeping more than a chunk. Other
 * statements are passed over.
 */
export class RowScript {
  readonly #open: (statement: string) => Promise<RowSink>;
  /** The beginning of a line that is not whole yet. */
  #line: Buffer = Buffer.alloc(0);
  /** The lines before of a statement that goes over several. */
  #begun: string | undefined;
  #sink: RowSink | undefined;
  /** The end of the rows so far, which may be the beginning of their end. */
  #carried: Buffer = Buffer.alloc(0);
  #isFirst = true;

  /** @param open is told each statement, without its semicolon */
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

  /** @throws Error where the script ends inside a table. */
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
      // Names may hold line ends.
      const statement: string | undefined = this.#begun === undefined ? line : `${this.#begun}\n${line}`;
      if (!/^copy /i.test(statement)) continue;
      if (!/ from stdin;$/i.test(statement)) {
        this.#begun = statement;
        continue;
      }
      this.#begun = undefined;
      this.#line = Buffer.alloc(0);
      // As if a line had just ended.
      this.#carried = Buffer.from([lineEnd]);
      this.#sink = await this.#open(statement.slice(0, -1));
      return text.subarray(start);
    }
  }

  async #readRows(data: Buffer, sink: RowSink): Promise<Buffer | undefined> {
    const text = Buffer.concat([this.#carried, data]);
    const end = text.indexOf(lineWithEndOfRows);
    // The line end that was carried into the first chunk is none of the rows'.
    const first = this.#isFirst ? 1 : 0;
    if (end === -1) {
      const kept = Math.min(text.length, endOfRows.length);
      if (text.length > kept) {
        const rows = text.subarray(first, text.length - kept);
        this.#isFirst = false;
        if (rows.length > 0) await sink.write(rows);
      }
      this.#carried = Buffer.from(text.subarray(text.length - kept));
      return undefined;
    }
    const rows = text.subarray(first, end + 1);
    if (rows.length > 0) await sink.write(rows);
    await sink.end();
    this.#sink = undefined;
    this.#isFirst = true;
    return text.subarray(end + lineWithEndOfRows.length);
  }
}
