import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { parseCopy } from "./copyStatement";
import { refusalPlace } from "./refusalPlace";
import { RefusedCounts, type RefusedRows } from "./refusedRows";
import { RefusedValues } from "./refusedValues";
import type { RowSink } from "./rowScript";
import { RowsFailure, type TableName } from "./rowsFailure";

const lineEnd = 0x0a;
/** The size of the parts in which rows are read. A larger row is a part of its own. */
const partBytes = 64 * 1024;
/**
 * Each refused row costs one COPY of the rows that are sent with it. So fewer rows are sent at once after this number of
 * refusals in one group, and more after a group with less than half of it.
 */
const refusalsPerGroup = 8;

/**
 * Loads the rows of a table in groups, each with a savepoint. The server names the row that it refuses. This row is left out,
 * and the others of the group are sent again.
 */
export class DivisibleRows implements RowSink {
  readonly #client: pg.Client;
  readonly #copy: string;
  readonly #into: ReturnType<typeof parseCopy>;
  readonly #table: TableName;
  readonly #isLoadable: (error: RowsFailure) => boolean;
  readonly #refused = new RefusedCounts();
  readonly #values = new RefusedValues();
  #chunks: Buffer[] = [];
  #bytes = 0;
  #loaded = 0;
  /** The number of rows in the next group. */
  #rowsAtOnce = Number.POSITIVE_INFINITY;
  /** What ends the previous group; sent with the next one, which saves a round trip. */
  #ending = "";

  /**
   * @param client in a transaction
   * @param isLoadable whether the refused row may be loadable when the whole object is loaded again
   */
  constructor(
    client: pg.Client,
    given: {
      readonly copy: string;
      readonly table: TableName;
      readonly isLoadable: (error: RowsFailure) => boolean;
    },
  ) {
    this.#client = client;
    this.#copy = given.copy;
    this.#into = parseCopy(given.copy);
    this.#table = given.table;
    this.#isLoadable = given.isLoadable;
  }

  /** The number of loaded rows, as counted by the server. */
  get loaded(): number {
    return this.#loaded;
  }

  get refused(): RefusedRows[] {
    return this.#refused.all;
  }

  async write(rows: Buffer): Promise<void> {
    this.#chunks.push(Buffer.from(rows));
    this.#bytes += rows.length;
    if (this.#bytes >= partBytes && rows.includes(lineEnd)) await this.#loadWholeRows();
  }

  async end(): Promise<void> {
    if (this.#bytes > 0) await this.#loadWholeRows();
    if (this.#ending !== "") await this.#client.query(this.#ending);
  }

  async #loadWholeRows(): Promise<void> {
    const all = Buffer.concat(this.#chunks);
    const end = all.lastIndexOf(lineEnd) + 1;
    this.#chunks = [all.subarray(end)];
    this.#bytes = all.length - end;
    let waiting = splitRows(all.subarray(0, end));
    while (waiting.length > 0) {
      const group = this.#withoutRefusedValues(waiting.slice(0, this.#rowsAtOnce));
      waiting = waiting.slice(this.#rowsAtOnce);
      waiting.unshift(...(await this.#loadGroup(group)));
    }
  }

  /** Loads rows. Returns those that are to be sent again, in smaller groups. */
  async #loadGroup(given: readonly Buffer[]): Promise<readonly Buffer[]> {
    let rows = given;
    for (let refusals = 0; rows.length > 0; ) {
      const error = await this.#attempt(rows);
      if (error === undefined) {
        if (2 * refusals < refusalsPerGroup) this.#rowsAtOnce *= 2;
        break;
      }
      const place = rows.length === 1 ? { row: 0 } : refusalPlace(error.cause, this.#into);
      const refused = place === undefined ? undefined : rows[place.row];
      if (refused !== undefined) {
        this.#leaveOut(refused, error);
        rows = this.#withoutRefusedValues(rows.filter((row) => row !== refused));
        refusals += 1;
      }
      if (refused === undefined || refusals === refusalsPerGroup) {
        this.#rowsAtOnce = Math.max(1, Math.floor(rows.length / 2));
        return rows;
      }
    }
    return [];
  }

  /** @throws RowsFailure if the row may be loadable later */
  #leaveOut(row: Buffer, error: RowsFailure): void {
    if (this.#isLoadable(error)) throw error;
    this.#refused.add(error.reason);
    const column = error.isOfValue ? refusalPlace(error.cause, this.#into)?.column : undefined;
    if (column !== undefined) this.#values.add(row, column, error.reason);
  }

  #withoutRefusedValues(rows: readonly Buffer[]): readonly Buffer[] {
    return rows.filter((row) => {
      const reason = this.#values.reasonOf(row);
      if (reason !== undefined) this.#refused.add(reason);
      return reason === undefined;
    });
  }

  /** Returns the refusal of one of the rows. */
  async #attempt(rows: readonly Buffer[]): Promise<RowsFailure | undefined> {
    const stream = this.#client.query(copyFrom(`${this.#ending}; savepoint thorbis_part; ${this.#copy}`));
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once("finish", resolve).once("error", reject).end(Buffer.concat(rows));
      });
      this.#loaded += stream.rowCount;
      this.#ending = "release savepoint thorbis_part";
      return undefined;
    } catch (cause) {
      const error = new RowsFailure(this.#table, cause);
      if (!error.isRefusal) throw error;
      this.#ending = "rollback to savepoint thorbis_part; release savepoint thorbis_part";
      return error;
    }
  }
}

function splitRows(rows: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let start = 0; start < rows.length; ) {
    const end = rows.indexOf(lineEnd, start) + 1;
    all.push(rows.subarray(start, end));
    start = end;
  }
  return all;
}
