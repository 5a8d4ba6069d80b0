import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { UserError } from "../../foundation/userError";
import type { StoredObject } from "../manifest";
import { type CopyStatement, parseCopy } from "./copyStatement";
import { DivisibleRows } from "./divisibleRows";
import type { RefusedRows } from "./refusedRows";
import { RowScript, type RowSink } from "./rowScript";
import { RowsFailure, type TableName } from "./rowsFailure";
import { objectFailure, openScript, type StoredBytesContext } from "./storedBytes";

/** Rows that were loaded into a table; undefined if the table is missing. */
export interface LoadedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number | undefined;
  /** Columns of the backup whose values the table cannot store. */
  readonly leftOut?: readonly ColumnLeftOut[];
  /** Rows of the backup that the table refuses. */
  readonly refused?: readonly RefusedRows[];
  /** Whether loading the table again replaces its rows. */
  readonly isRepeatable?: boolean;
  /** The stored object with the rows. */
  readonly archive?: string;
}

interface ColumnLeftOut {
  readonly column: string;
  /** The rest of a sentence about the target's table. */
  readonly reason: "has no such column" | "generates this column";
}

/**
 * The number of tables per transaction. Each takes several locks, of which the server has about 60 per connection that
 * it allows.
 */
const tablesAtOnce = 200;

export interface LoadingContext extends StoredBytesContext {
  /**
   * The tables whose rows are committed, with the number of rows as counted by the server. They are added here, and
   * skipped when the object is loaded again.
   */
  readonly tables: LoadedTable[];
  /** Keys of further tables to skip. */
  readonly skipped?: ReadonlyMap<string, unknown>;
  /** What is left out of tables, by their keys. */
  readonly divided?: ReadonlyMap<string, Division>;
  /** Returns whether a refused row may be loadable when the object is loaded again. Otherwise it is left out. */
  readonly isLoadable?: (error: RowsFailure, division: Division) => boolean;
}

/**
 * The rows of a table that are left out: those with a value that the target refuses, whatever else is loaded, or all that
 * the target refuses.
 */
export type Division = "values" | "all";

/** Loads the rows of one stored object. Its last transaction is committed only if the bytes match the manifest. */
export async function loadRows(
  client: pg.Client,
  object: StoredObject,
  context: LoadingContext,
): Promise<void> {
  const committed = context.tables;
  const known = new Set([...committed.map(keyOf), ...(context.skipped?.keys() ?? [])]);
  const loaded: LoadedTable[] = [];
  const { text, checked, blameStore } = await openScript(object, context);
  let current: TableName | undefined;
  let sink: TableSink = nowhere;
  const script = new RowScript(async (statement) => {
    const named = parseCopy(statement);
    if (known.has(keyOf(named))) return nowhere;
    if (loaded.length === tablesAtOnce) {
      await client.query("commit; begin");
      committed.push(...loaded.splice(0));
    }
    current = named;
    sink = await openTable(client, { ...named, statement }, { ...context, object, loaded });
    return sink;
  });
  try {
    await client.query("begin");
    for (let chunk = await text.read(); chunk !== undefined; chunk = await text.read())
      await script.write(chunk);
    await checked;
    script.end();
    await client.query("commit");
    committed.push(...loaded);
  } catch (error) {
    sink.abandon();
    await client.query("rollback").catch(() => undefined);
    await blameStore();
    if (error instanceof UserError) throw error;
    throw current === undefined ? objectFailure(object, error) : new RowsFailure(current, error);
  }
}

export function keyOf({ schema, table }: TableName): string {
  return JSON.stringify([schema, table]);
}

interface TableSink extends RowSink {
  /** Ends a COPY whose rows stopped; otherwise the session's next statement would wait forever for the remaining rows. */
  abandon(): void;
}

/** Reads rows that are not needed. */
const nowhere: TableSink = {
  write: async () => undefined,
  end: async () => undefined,
  abandon: () => undefined,
};

async function openTable(
  client: pg.Client,
  { schema, table, quoted, columns: names, statement }: CopyStatement & { readonly statement: string },
  given: Pick<LoadingContext, "divided" | "isLoadable"> & {
    readonly object: StoredObject;
    readonly loaded: LoadedTable[];
  },
): Promise<TableSink> {
  const { loaded, divided, isLoadable = () => false } = given;
  const { content, name: archive } = given.object;
  const place = await readPlace(client, quoted);
  if (!place.exists) {
    loaded.push({ schema, table, rows: undefined, archive });
    return nowhere;
  }
  let copy = statement;
  const division = divided?.get(keyOf({ schema, table }));
  let finish = async (): Promise<void> => undefined;
  const columns = statement.slice("copy ".length + quoted.length, -" from stdin".length);
  const { stored, leftOut } =
    content === "data"
      ? { stored: columns.trim().slice(1, -1), leftOut: [] }
      : await divideColumns(client, quoted, names);
  if (content === "extension data" || leftOut.length > 0) {
    // The extension creates its own rows, and a target that was restored before already has these.
    await client.query(
      `create temp table thorbis_rows on commit drop as select ${stored} from ${quoted} limit 0;
       ${leftOut.map(({ column }) => `alter table pg_temp.thorbis_rows add column ${client.escapeIdentifier(column)} text;`).join(" ")}`,
    );
    copy = `copy pg_temp.thorbis_rows${columns} from stdin`;
    finish = async () => {
      await client.query(
        `insert into ${quoted} (${stored}) overriding system value select ${stored} from pg_temp.thorbis_rows ${content === "extension data" ? "on conflict do nothing" : ""}; drop table pg_temp.thorbis_rows`,
      );
    };
  } else if (place.hashed !== null) {
    copy = `copy ${place.hashed}${statement.slice("copy ".length + quoted.length)}`;
  } else if (content === "data" && division === undefined) {
    // In a table that the same transaction truncated, rows can be written as frozen, so they are not written again when
    // they are first read.
    await client.query(`truncate only ${quoted}`);
    copy = `${statement} with (freeze)`;
  }
  if (division !== undefined) {
    const isRepeatable = content === "data" && place.hashed === null;
    if (isRepeatable) await client.query(`truncate only ${quoted}`);
    const rows = new DivisibleRows(client, {
      copy,
      table: { schema, table },
      isLoadable: (error) => isLoadable(error, division),
    });
    return {
      write: (data) => rows.write(data),
      async end() {
        await rows.end();
        await finish();
        loaded.push({
          schema,
          table,
          rows: rows.loaded,
          leftOut,
          refused: rows.refused,
          isRepeatable,
          archive,
        });
      },
      abandon: () => undefined,
    };
  }
  const stream = client.query(copyFrom(copy));
  let failure: Error | undefined;
  let fail = (_: Error): void => undefined;
  stream.on("error", (error) => {
    failure = error;
    fail(error);
  });
  const unlessFailed = async (work: (done: () => void) => void): Promise<void> =>
    await new Promise<void>((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      fail = reject;
      work(resolve);
    });
  return {
    write: (data) => unlessFailed((done) => void stream.write(data, () => afterSending(client, done))),
    async end() {
      await unlessFailed((done) => void stream.once("finish", done).end());
      await finish();
      loaded.push({ schema, table, rows: stream.rowCount, leftOut });
    },
    abandon() {
      if (failure === undefined && !stream.writableEnded) stream.destroy(new Error("the rows ended early"));
    },
  };
}

/**
 * Divides the columns of a table of the platform or of an extension into those that the target stores, as a list, and
 * the others: its platform may be older or newer than that of the source, and the role may not be allowed to add columns
 * to the table of an extension.
 */
async function divideColumns(
  client: pg.Client,
  table: string,
  names: readonly string[],
): Promise<{ readonly stored: string; readonly leftOut: readonly ColumnLeftOut[] }> {
  const { rows } = await client.query<{ name: string; generated: boolean }>(
    "select attname as name, attgenerated <> '' as generated from pg_catalog.pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped",
    [table],
  );
  const found = new Map(rows.map(({ name, generated }) => [name, generated]));
  return {
    stored: names
      .filter((name) => found.get(name) === false)
      .map((name) => client.escapeIdentifier(name))
      .join(", "),
    leftOut: names
      .filter((name) => found.get(name) !== false)
      .map((column) => ({
        column,
        reason: found.has(column) ? "generates this column" : "has no such column",
      })),
  };
}

interface Place {
  readonly exists: boolean;
  /** The topmost ancestor of the table that is partitioned by hash, quoted and qualified; null without one. */
  readonly hashed: string | null;
}

/**
 * Returns the table into which rows are loaded. Hash values of enums, of `regclass` and of types that contain them
 * depend on oids, so a row may belong to another partition in the target than at the source, and PostgreSQL has to find
 * the partition again.
 */
async function readPlace(client: pg.Client, quoted: string): Promise<Place> {
  const { rows } = await client.query<Place>(
    `select t.oid is not null as exists,
       (select format('%I.%I', n.nspname, c.relname)
        from pg_partition_ancestors(t.oid) with ordinality a(relid, nth)
          join pg_partitioned_table p on p.partrelid = a.relid join pg_class c on c.oid = a.relid
          join pg_namespace n on n.oid = c.relnamespace
        where p.partstrat = 'h' order by nth desc limit 1) as hashed
     from (select to_regclass($1)) t(oid)`,
    [quoted],
  );
  return rows[0] ?? { exists: false, hashed: null };
}

const nothing = Buffer.alloc(0);

/** Calls back when the connection has sent its data, so that the bytes may be reused. */
function afterSending({ connection: { stream } }: pg.Client, done: () => void): void {
  if (stream.writableLength === 0) done();
  else stream.write(nothing, () => done());
}
