import type pg from "pg";
import type { SchemaEntry } from "./schemaArchive";
import type { SchemaWriter } from "./schemaWriter";

/** What takes long after the rows are loaded: every index and every check of them. */
const longKinds = new Set(["INDEX", "CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT", "INDEX ATTACH"]);

export function takesLong({ kind }: Pick<SchemaEntry, "kind">): boolean {
  return longKinds.has(kind);
}

/**
 * Creates entries in several sessions in parallel, each when its dependencies exist and no other session works on one
 * of its tables. Otherwise, statements would wait for each other's locks and keep sessions idle.
 *
 * @param entries of the kinds for which `takesLong` is true, in the order of the archive
 * @param tables numbers of the entries that are tables and materialized views
 * @returns the entries that failed, in the order of the archive
 */
export async function writeInParallel(
  entries: readonly SchemaEntry[],
  sessions: readonly pg.Client[],
  {
    tables,
    writer,
  }: { readonly tables: ReadonlySet<number>; readonly writer: Pick<SchemaWriter, "statementsOf"> },
): Promise<SchemaEntry[]> {
  const waiting = new Set(entries);
  const unfinished = new Set(entries.map(({ id }) => id));
  const busyTables = new Set<number>();
  const failed = new Set<SchemaEntry>();
  let wake: (() => void)[] = [];

  const take = (): SchemaEntry | undefined => {
    for (const entry of waiting) {
      if (entry.needs.some((id) => unfinished.has(id) || busyTables.has(id))) continue;
      waiting.delete(entry);
      return entry;
    }
    return undefined;
  };
  const work = async (session: pg.Client): Promise<void> => {
    while (waiting.size > 0) {
      const entry = take();
      if (entry === undefined) {
        // Others are working. When one ends, more entries may be possible.
        await new Promise<void>((resolve) => wake.push(resolve));
        continue;
      }
      const locked = entry.needs.filter((id) => tables.has(id) && !busyTables.has(id));
      for (const id of locked) busyTables.add(id);
      try {
        await session.query(writer.statementsOf(entry));
      } catch {
        failed.add(entry);
      }
      for (const id of locked) busyTables.delete(id);
      unfinished.delete(entry.id);
      for (const resolve of wake.splice(0)) resolve();
    }
    for (const resolve of wake.splice(0)) resolve();
  };
  await Promise.all(sessions.map(work));
  wake = [];
  return entries.filter((entry) => failed.has(entry));
}
