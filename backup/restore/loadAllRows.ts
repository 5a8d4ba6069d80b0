import type pg from "pg";
import { forEachLimited } from "../../foundation/concurrency";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { Filling } from "./filling";
import { loadLargeObjects } from "./loadLargeObjects";
import { type Division, keyOf, type LoadedTable, loadRows } from "./loadRows";
import type { NamedObjects } from "./namedObjects";
import type { RowExpressions } from "./rowExpressions";
import { RowsFailure } from "./rowsFailure";
import { withSessions } from "./sessions";

/** The state of one stored object. */
interface Work {
  readonly object: StoredObject;
  /** Tables whose rows are committed. */
  readonly tables: LoadedTable[];
  /** The refusals of tables that are loaded again when all others were tried, by table. */
  readonly postponed: Map<string, RowsFailure>;
  /** What is left out of tables that refused rows, by the key of the table. */
  readonly divided: Map<string, Division>;
}

/** Refusals with the objects that contain the rows. */
type Refusals = readonly (readonly [Work, RowsFailure])[];

const contents: readonly StoredObject["content"][] = [
  "data",
  "extension data",
  "auth",
  "storage",
  "large objects",
];

/**
 * Loads the rows of all objects in parallel. A row may be refused by a function that reads another table, whose rows come
 * later. So the tables of such rows are loaded again after all others, as long as this loads at least one of them. What
 * refuses rows then, such as a constraint that depends on the time, is removed until all rows are there. Rows that are
 * refused for another reason, such as a `regprocedure` whose function is missing, are left out.
 *
 * @throws RowsFailure if rows cannot be loaded
 */
export async function loadAllRows(
  current: Filling,
  named: NamedObjects,
  expressions: RowExpressions,
): Promise<{ loaded: LoadedTable[]; leftOut: string[] }> {
  const { manifest, parallel, progress, store, signal, tools } = current;
  const context = { store, tools, run: manifest.run, signal };
  // The largest first, so no long one remains at the end.
  const works = manifest.objects
    .filter(({ content }) => contents.includes(content))
    .sort((a, b) => b.bytes - a.bytes)
    .map((object): Work => ({ object, tables: [], postponed: new Map(), divided: new Map() }));
  const leftOut: string[] = [];
  /** Constraints that refused rows, and that could not be removed. */
  const remaining = new Set<string>();
  const isLoadable = (error: RowsFailure, division: Division): boolean =>
    named.isAwaited(error) ||
    (division === "values"
      ? !error.isOfValue
      : error.constraint !== undefined && !remaining.has(JSON.stringify(error.constraint)));
  const load = async (session: pg.Client, { object, tables, postponed, divided }: Work): Promise<void> => {
    if (object.content === "large objects") await loadLargeObjects(session, object, context);
    else if (object.content === "extension data")
      leftOut.push(...(await loadExtensionRows(session, object, { ...context, tables })));
    else
      await named.retry(() =>
        loadRows(session, object, { ...context, tables, skipped: postponed, divided, isLoadable }),
      );
  };
  /** Removes the constraints that refused rows. Returns whether it removed any. */
  const removeConstraints = async (refused: Refusals): Promise<boolean> => {
    const errors = refused.map(([, error]) => error);
    const committed = new Set(works.flatMap((work) => work.tables.map(keyOf)));
    const archives = new Set(refused.map(([{ object }]) => object.name));
    const rest = manifest.tables.filter((one) => archives.has(one.archive) && !committed.has(keyOf(one)));
    return await expressions.release(errors, rest);
  };
  /**
   * Removes what refused rows, or else divides the tables to leave out the rows that are refused. Each time removes a
   * constraint, finds one that cannot be removed, divides a table or throws, so it cannot happen forever.
   */
  const release = async (refused: Refusals): Promise<void> => {
    if (await removeConstraints(refused)) return;
    const before = remaining.size;
    for (const [, { constraint }] of refused)
      if (constraint !== undefined) remaining.add(JSON.stringify(constraint));
    // First the rows that no others can make loadable; a function may wait for the other rows of their tables.
    const ofValues = refused.filter(
      ([{ divided }, error]) => error.isOfValue && !divided.has(keyOf(error.table)),
    );
    const division = ofValues.length > 0 ? "values" : "all";
    const divisible =
      ofValues.length > 0
        ? ofValues
        : refused.filter(([{ divided }, { table }]) => divided.get(keyOf(table)) !== "all");
    const [first] = refused;
    if (divisible.length === 0 && remaining.size === before && first !== undefined) throw first[1];
    for (const [{ divided }, error] of divisible) {
      const { schema, table } = error.table;
      progress(`leaving out the rows that ${schema}.${table} refuses, because of: ${error.reason}`);
      divided.set(keyOf(error.table), division);
    }
  };
  /** Loads the objects until each of their tables is loaded or postponed. */
  const loadWorks = async (sessions: readonly pg.Client[], all: readonly Work[]): Promise<void> => {
    for (let waiting = all; waiting.length > 0; ) {
      const refused = new Map<Work, RowsFailure>();
      const idle = [...sessions];
      await forEachLimited(waiting, sessions.length, async (work) => {
        const session = idle.pop();
        if (session === undefined) throw new Error("there are fewer sessions than objects at once");
        try {
          await load(session, work);
          if (work.postponed.size === 0) progress(`${work.object.name}: restored`);
        } catch (error) {
          if (!(error instanceof RowsFailure) || !error.isRefusal) throw error;
          refused.set(work, error);
        }
        idle.push(session);
      });
      // Constraints of tables can always be added again.
      const isOfTable = ({ constraint }: RowsFailure): boolean => constraint?.of === "table";
      const byTables = [...refused].filter(([, error]) => isOfTable(error));
      const isRemoved = byTables.length > 0 && (await removeConstraints(byTables));
      for (const [{ postponed }, error] of refused)
        if (!isRemoved || !isOfTable(error)) postponed.set(keyOf(error.table), error);
      waiting = [...refused.keys()];
    }
  };
  /**
   * Loads those tables again of which rows that a function refuses were left out: such a row may only wait for another of
   * these tables. Repeats this as long as fewer rows are left out.
   */
  const loadDividedAgain = async (sessions: readonly pg.Client[]): Promise<void> => {
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const divided = works.flatMap((work) =>
        work.tables
          .filter((table) => table.isRepeatable === true && work.divided.get(keyOf(table)) === "all")
          .map((table) => ({ work, table, rows: refusedRows(table) })),
      );
      const rows = divided.reduce((sum, one) => sum + one.rows, 0);
      if (divided.length < 2 || rows === 0 || rows >= before) return;
      before = rows;
      const partial = divided.filter((one) => one.rows > 0);
      for (const { work, table } of partial) work.tables.splice(work.tables.indexOf(table), 1);
      const again = [...new Set(partial.map(({ work }) => work))];
      await loadWorks(sessions, again);
      // A table that is refused now keeps the rows that were committed before.
      for (const { work, table } of partial) if (work.postponed.delete(keyOf(table))) work.tables.push(table);
    }
  };
  await withSessions(Math.min(parallel, works.length), current, async (sessions) => {
    let waiting = works;
    for (let before = Number.POSITIVE_INFINITY; waiting.length > 0; ) {
      for (const { postponed } of waiting) postponed.clear();
      await loadWorks(sessions, waiting);
      waiting = waiting.filter(({ postponed }) => postponed.size > 0);
      const refused = waiting.flatMap((work) =>
        [...work.postponed.values()].map((error) => [work, error] as const),
      );
      // No postponed table was loaded, so none is waiting for the rows of another one.
      if (refused.length > 0 && refused.length === before) await release(refused);
      before = refused.length;
    }
    await loadDividedAgain(sessions);
  });
  const tables = works.flatMap((work) => work.tables);
  leftOut.push(...tables.flatMap(columnsLeftOut));
  return { loaded: tables, leftOut };
}

function refusedRows({ refused = [] }: LoadedTable): number {
  return refused.reduce((sum, { rows }) => sum + rows, 0);
}

function columnsLeftOut({ schema, table, leftOut = [] }: LoadedTable): string[] {
  return leftOut.map(
    ({ column, reason }) => `values of column ${column} of ${schema}.${table}: the target's table ${reason}`,
  );
}

/**
 * Loads the rows of an extension. If the extension is missing or has another version, its rows are skipped and
 * reported, and everything else is restored.
 */
async function loadExtensionRows(...given: Parameters<typeof loadRows>): Promise<string[]> {
  const [, , { tables }] = given;
  try {
    await loadRows(...given);
    return tables
      .splice(0)
      .flatMap((one) =>
        one.rows === undefined
          ? [`rows of ${one.schema}.${one.table}: its extension is missing`]
          : columnsLeftOut(one),
      );
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode !== exitCodes.restoreFailed) throw error;
    tables.splice(0);
    return [error.message];
  }
}
