import pg from "pg";
import { withoutTransactionTimeouts } from "../../foundation/sessionTimeouts";
import { sqlStates } from "../../foundation/sqlStates";
import { ProcessFailure, type RunningProgram, startProgram } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import type { StoredObject } from "../manifest";
import { libpqEnvironment, neutralSettings } from "../postgres/connect";
import type { TableName } from "../postgres/inventory";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { CompressedOutput } from "./compressed";
import { type CountedTable, type Part, partError, type StoredPart } from "./part";
import { lockStatement, SnapshotOutdated } from "./tableLocks";

const { escapeIdentifier, escapeLiteral } = pg;

export interface RowsPlan {
  readonly name: string;
  readonly content: StoredObject["content"];
  readonly tables: readonly PlannedTable[];
  readonly bytes: number;
}

export interface PlannedTable extends TableName {
  readonly columns: readonly string[];
  /** `where …` of an extension's table; all rows when empty. */
  readonly condition?: string;
}

/** Marks lines on psql's standard error that this program reads. */
const mark = "@thorbis";
/**
 * `lock_not_available`, `undefined_table`, `invalid_schema_name`: another session waits for the table, or it does not
 * exist any more.
 */
const outdatedErrors = new Set([
  sqlStates.lockNotAvailable,
  sqlStates.undefinedTable,
  sqlStates.invalidSchemaName,
]);

/**
 * A `psql` that reads tables within a snapshot and writes each as `copy … from stdin;`, the rows, and `\.`. It connects
 * before the snapshot is taken, so no time passes between the snapshot and its locks. It counts the rows of each COPY
 * while it writes them.
 */
export class RowsSession {
  /** Resolves when the session accepts commands. */
  readonly connected: Promise<void>;
  readonly #output: CompressedOutput;
  readonly #signal: AbortSignal;
  readonly #write: (script: string) => void;
  readonly #end: () => void;
  readonly #counts = new Map<number, number>();
  readonly #locked: Promise<string>;

  private constructor(output: CompressedOutput, signal: AbortSignal) {
    const psql = output.producer;
    const input = psql.child.stdin;
    const messages = psql.child.stderr;
    if (input === null || messages === null) throw new Error("psql has no pipes");
    // The program's own failure is more informative than a broken pipe.
    input.on("error", () => undefined);
    this.#write = (script) => void input.write(script);
    this.#end = () => void input.end();
    this.#signal = signal;
    this.#output = output;
    const ended = psql.ended.then(
      () => {
        throw new Error("psql ended before its work");
      },
      (error) => {
        throw withoutMarks(error);
      },
    );
    const answers = new Map<string, (state: string) => void>();
    const answer = (kind: string): Promise<string> => {
      const promise = Promise.race([new Promise<string>((resolve) => answers.set(kind, resolve)), ended]);
      promise.catch(() => undefined);
      return promise;
    };
    this.connected = answer("connected").then(() => undefined);
    this.connected.catch(() => undefined);
    this.#locked = answer("locked");
    let rest = "";
    messages.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [found, kind = "", first = "", second = ""] = line.split(" ");
        if (found !== mark) continue;
        if (kind === "rows") this.#counts.set(Number(first), Number(second));
        else answers.get(kind)?.(first);
      }
    });
    this.#write(connecting);
  }

  static async open({
    tools,
    source,
    applicationName,
    signal,
  }: {
    readonly tools: Tools;
    readonly source: DatabaseSettings;
    readonly applicationName: string;
    readonly signal: AbortSignal;
  }): Promise<RowsSession> {
    const start = (): RunningProgram =>
      startProgram(tools.psql, ["--no-psqlrc", "--quiet", "--no-password", "--file=-"], {
        environment: {
          ...libpqEnvironment(source),
          PGAPPNAME: `${applicationName} rows`,
        },
        stdio: ["pipe", "pipe", "pipe"],
        signal,
        secrets: [source.password],
      });
    return new RowsSession(await CompressedOutput.open(start, signal), signal);
  }

  /** Joins the snapshot and locks the tables. */
  begin(plan: RowsPlan, snapshot: string): Part {
    this.#write(locking(plan, snapshot));
    const locked = this.#locked.then(
      (state) => {
        if (outdatedErrors.has(state)) {
          throw new SnapshotOutdated(`another session waits for a table of ${plan.name}, or dropped it`);
        }
        // Any other error of the lock ends psql at its next command, which reports it.
      },
      (error) => {
        throw partError(plan.name, error);
      },
    );
    locked.catch(() => undefined);
    return {
      name: plan.name,
      bytes: plan.bytes,
      locked,
      store: (key, store) => this.#store(plan, key, store),
      stop: () => this.stop(),
    };
  }

  async #store(plan: RowsPlan, key: string, store: ObjectStore): Promise<StoredPart> {
    this.#write(plan.tables.map(copyOut).join(""));
    this.#end();
    try {
      const stored = await this.#output.store(key, { store, signal: this.#signal });
      const tables = plan.tables.map((table, index): CountedTable => {
        const rows = this.#counts.get(index);
        if (rows === undefined)
          throw new Error(`psql did not count the rows of ${table.schema}.${table.name}`);
        return { schema: table.schema, table: table.name, rows };
      });
      return { object: { name: plan.name, kind: "rows", content: plan.content, ...stored }, tables };
    } catch (error) {
      const current = plan.tables[this.#counts.size];
      const place = current === undefined ? undefined : `A row of ${current.schema}.${current.name}`;
      throw partError(plan.name, withoutMarks(error), place);
    }
  }

  async stop(): Promise<void> {
    await this.#output.stop();
  }
}

const connecting = [
  "\\set ON_ERROR_STOP on",
  "set statement_timeout = 0; set row_security = off;",
  // Standard output is for rows, so the results of a select must not go there.
  `${withoutTransactionTimeouts} \\g /dev/null`,
  "set search_path = pg_catalog; set synchronize_seqscans = off;",
  `${neutralSettings};`,
  `\\warn ${mark} connected`,
  "",
].join("\n");

/** Locks without waiting. Otherwise a session that already waits for the tables would also wait for this one. */
function locking({ tables }: RowsPlan, snapshot: string): string {
  return [
    "begin transaction isolation level repeatable read, read only;",
    `set transaction snapshot ${escapeLiteral(snapshot)};`,
    "\\set ON_ERROR_STOP off",
    `${lockStatement(tables, "nowait")};`,
    `\\warn ${mark} locked :SQLSTATE`,
    "\\set ON_ERROR_STOP on",
    "select 1 \\g /dev/null",
    "\\o /dev/null",
    "",
  ].join("\n");
}

/**
 * Writes one table. `\copy … to pstdout` writes to the same output as `\echo`, and counts. It only accepts one line, so
 * names and conditions with a line break are handled differently.
 */
function copyOut({ schema, name, columns, condition = "" }: PlannedTable, index: number): string {
  const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  const list = columns.map(escapeIdentifier).join(", ");
  const target = columns.length === 0 ? table : `${table} (${list})`;
  const what = condition === "" ? target : `(select ${list} from only ${table} ${condition})`;
  const copy = what.includes("\n") ? `copy ${what} to stdout \\g |cat\n` : `\\copy ${what} to pstdout\n`;
  return [
    `\\echo ${psqlLiteral(`copy ${target} from stdin;`)}\n`,
    copy,
    `\\warn ${mark} rows ${index} :ROW_COUNT\n`,
    // In psql's own quotes, a backslash starts an escape.
    "\\echo '\\\\.'\n",
  ].join("");
}

/** Quotes a word for psql. */
function psqlLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n")}'`;
}

/** Returns a failure without the marked lines. */
function withoutMarks(error: unknown): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  const text = error.errorText
    .split("\n")
    .filter((line) => !line.startsWith(mark))
    .join("\n");
  return new ProcessFailure(error.program, error.ending, text);
}
