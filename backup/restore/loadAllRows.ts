import type pg from "pg";
import { forEachLimited } from "../../foundation/concurrency";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { Filling } from "./filling";
import { loadLargeObjects } from "./loadLargeObjects";
import { keyOf, type LoadedTable, loadRows } from "./loadRows";
import type { NamedObjects } from "./namedObjects";
import type { RowExpressions } from "./rowExpressions";
import { RowsFailure, type TableName } from "./rowsFailure";
import { withSessions } from "./sessions";

/** The state of one stored object. */
interface Work {
  readonly object: StoredObject;
  /** Tables whose rows are committed. */
  readonly tables: LoadedTable[];
  /** Tables whose rows were refused, and are loaded when the rows of all others are there. */
  readonly postponed: Map<string, TableName>;
  /** What refused rows after everything else was loaded, or was a constraint that can be added again. */
  readonly refusals: Set<string>;
}

const contents: readonly StoredObject["content"][] = [
  "data",
  "extension data",
  "auth",
  "storage",
  "large objects",
];

/**
 * Loads the rows of all objects in parallel. A row may be refused by a function that reads another table, whose rows come
 * later. So the tables of such rows are loaded again after all others. What refuses rows then, such as a constraint that
 * depends on the time, is removed until all rows are there.
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
    .map((object): Work => ({ object, tables: [], postponed: new Map(), refusals: new Set() }));
  const leftOut: string[] = [];
  const load = async (session: pg.Client, { object, tables, postponed }: Work): Promise<void> => {
    if (object.content === "large objects") await loadLargeObjects(session, object, context);
    else if (object.content === "extension data")
      leftOut.push(...(await loadExtensionRows(session, object, { ...context, tables })));
    else await named.retry(() => loadRows(session, object, { ...context, tables, skipped: postponed }));
  };
  /** Prepares another attempt after rows were refused. */
  const prepare = async (work: Work, error: RowsFailure, isLast: boolean): Promise<void> => {
    const { object, tables, postponed, refusals } = work;
    // Constraints of tables can always be added again.
    if (!isLast && error.constraint?.of !== "table") {
      postponed.set(keyOf(error.table), error.table);
      return;
    }
    if (refusals.has(error.refusedBy)) throw error;
    refusals.add(error.refusedBy);
    const committed = new Set(tables.map(keyOf));
    const rest = manifest.tables.filter((one) => one.archive === object.name && !committed.has(keyOf(one)));
    if (!(await expressions.release(error, rest))) throw error;
  };
  const loadWorks = async (sessions: readonly pg.Client[], all: readonly Work[], isLast: boolean) => {
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
      for (const [work, error] of refused) await prepare(work, error, isLast);
      waiting = [...refused.keys()];
    }
  };
  await withSessions(Math.min(parallel, works.length), current, async (sessions) => {
    await loadWorks(sessions, works, false);
    const postponed = works.filter((work) => work.postponed.size > 0);
    for (const work of postponed) work.postponed.clear();
    await loadWorks(sessions, postponed, true);
  });
  const tables = works.flatMap((work) => work.tables);
  leftOut.push(...tables.flatMap(columnsLeftOut));
  return { loaded: tables, leftOut };
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
