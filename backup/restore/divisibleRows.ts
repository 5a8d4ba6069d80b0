import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { RowSink } from "./rowScript";
import { RowsFailure, type TableName } from "./rowsFailure";

/** Rows of a table that the target refused for the same reason. */
export interface RefusedRows {
  /** A sentence without its full stop that names the column, if the server names it. */
  readonly reason: string;
  readonly rows: number;
}

const lineEnd = 0x0a;
/** The size of the parts in which rows are sent. A larger row is a part of its own. */
const partBytes = 64 * 1024;
/** The number of reasons per table that are listed. The rest is only counted. */
const listedReasons = 20;

/**
 * Loads the rows of a table in parts, each with a savepoint. A part that the target refuses is divided, down to the single
 * rows that it refuses. These are left out and listed by reason.
 */
export class DivisibleRows implements RowSink {
  readonly #client: pg.Client;
  readonly #copy: string;
  readonly #table: TableName;
  readonly #isLoadable: (error: RowsFailure) => boolean;
  readonly #refused = new Map<string, number>();
  #chunks: Buffer[] = [];
  #bytes = 0;
  #loaded = 0;

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
    this.#table = given.table;
    this.#isLoadable = given.isLoadable;
  }

  /** The number of loaded rows, as counted by the server. */
  get loaded(): number {
    return this.#loaded;
  }

  get refused(): RefusedRows[] {
    const all = [...this.#refused].map(([reason, rows]) => ({ reason, rows }));
    const rest = all.slice(listedReasons).reduce((sum, { rows }) => sum + rows, 0);
    return [...all.slice(0, listedReasons), ...(rest === 0 ? [] : [{ reason: "other reasons", rows: rest }])];
  }

  async write(rows: Buffer): Promise<void> {
    this.#chunks.push(Buffer.from(rows));
    this.#bytes += rows.length;
    if (this.#bytes >= partBytes && rows.includes(lineEnd)) await this.#loadWholeRows();
  }

  async end(): Promise<void> {
    if (this.#bytes > 0) await this.#loadWholeRows();
  }

  async #loadWholeRows(): Promise<void> {
    const all = Buffer.concat(this.#chunks);
    const end = all.lastIndexOf(lineEnd) + 1;
    this.#chunks = [all.subarray(end)];
    this.#bytes = all.length - end;
    await this.#load(all.subarray(0, end));
  }

  async #load(rows: Buffer): Promise<void> {
    const error = await this.#attempt(rows);
    if (error === undefined) return;
    if (rows.indexOf(lineEnd) === rows.length - 1) {
      if (this.#isLoadable(error)) throw error;
      this.#refused.set(error.reason, (this.#refused.get(error.reason) ?? 0) + 1);
      return;
    }
    const half = Math.floor(rows.length / 2);
    const middle = rows.lastIndexOf(lineEnd, half) + 1 || rows.indexOf(lineEnd, half) + 1;
    await this.#load(rows.subarray(0, middle));
    await this.#load(rows.subarray(middle));
  }

  /** Returns the refusal of one of the rows. */
  async #attempt(rows: Buffer): Promise<RowsFailure | undefined> {
    await this.#client.query("savepoint thorbis_part");
    const stream = this.#client.query(copyFrom(this.#copy));
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once("finish", resolve).once("error", reject).end(rows);
      });
      this.#loaded += stream.rowCount;
      await this.#client.query("release savepoint thorbis_part");
      return undefined;
    } catch (cause) {
      const error = new RowsFailure(this.#table, cause);
      if (!error.isRefusal) throw error;
      await this.#client.query("rollback to savepoint thorbis_part; release savepoint thorbis_part");
      return error;
    }
  }
}
