import type pg from "pg";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import { connect } from "../postgres/connect";
import { type Inventory, readInventory } from "../postgres/inventory";
import { type Snapshot, takeSnapshot } from "../postgres/snapshot";
import type { Tools } from "../postgres/tools";
import { startArchive } from "./archivePart";
import { affordableDumps } from "./connectionLimit";
import { type Part, partError } from "./part";
import { planDump } from "./plan";
import { retryOutdated } from "./retryOutdated";
import { requireMemoryForRows } from "./rowMemory";
import { RowsSession } from "./rowsPart";
import { lockTables, type ObjectState, requireSameDefinitions } from "./tableLocks";

export interface DumpSettings {
  readonly tools: Tools;
  readonly source: DatabaseSettings;
  /** Objects with application rows that are written in parallel. */
  readonly parallel: number;
  /** Memory of all processes of the task; undefined without a limit. */
  readonly memoryBytes: number | undefined;
  readonly applicationName: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** A dump whose sessions share one snapshot and hold their locks, but have not written anything yet. */
export interface BegunDump {
  readonly snapshot: Snapshot;
  readonly inventory: Inventory;
  readonly parts: readonly Part[];
}

/** Sessions for `auth` and `storage`, in addition to those for the application's rows. */
const platformSessions = 2;

/**
 * Takes a snapshot, locks every table, and starts the sessions that will write. If another session rewrites a table
 * between the snapshot and the last lock, or waits to, or changes a function, a type or a view before `pg_dump` has read
 * it, it starts over with a new snapshot; an attempt takes about as long as `pg_dump` needs for the schema. Afterwards
 * every session holds its locks: a session that requests an exclusive lock waits until the backup has read the table.
 *
 * @param client the session of the snapshot, with an open transaction afterwards
 * @throws UserError if tables, functions, types or views change during each attempt, or a row is too large for the
 *   task's memory
 */
export async function beginDump(client: pg.Client, given: DumpSettings): Promise<BegunDump> {
  const settings = {
    ...given,
    parallel: await affordableDumps(client, given.parallel, given.progress),
  };
  const control = await connect(settings.source, exitCodes.dumpFailed);
  // A session that waits for a lock does not notice that its client has disconnected.
  const cancel = (): void => void cancelQuery(control, client).catch(() => undefined);
  settings.signal.addEventListener("abort", cancel, { once: true });
  try {
    return await retryOutdated({
      attempt: () => attempt(client, control, settings),
      cleanUp: async () => {
        await client.query("rollback");
        settings.signal.throwIfAborted();
      },
      progress: settings.progress,
    });
  } finally {
    settings.signal.removeEventListener("abort", cancel);
    await control.end().catch(() => undefined);
  }
}

async function cancelQuery(control: pg.Client, client: pg.Client): Promise<void> {
  await control.query("select pg_cancel_backend($1)", [(client as { processID?: number }).processID]);
}

async function attempt(client: pg.Client, control: pg.Client, settings: DumpSettings): Promise<BegunDump> {
  const sessions = await Promise.all(
    Array.from({ length: settings.parallel + platformSessions }, () => RowsSession.open(settings)),
  );
  const parts: Part[] = [];
  try {
    try {
      await Promise.all(sessions.map(({ connected }) => connected));
    } catch (error) {
      throw partError("rows", error);
    }
    const { definitions, ...begun } = await beginParts(client, control, { settings, sessions, parts });
    await Promise.all(parts.map(({ locked }) => locked));
    await Promise.all(parts.map(({ definitionsRead }) => definitionsRead));
    await requireSameDefinitions(control, definitions);
    const { tables, authTables, storageTables, extensionTables } = begun.inventory;
    const saved = [...tables, ...authTables, ...storageTables, ...extensionTables];
    await requireMemoryForRows(client, saved, settings.memoryBytes);
    return begun;
  } catch (error) {
    await Promise.all(parts.map((part) => part.stop()));
    throw error;
  } finally {
    await Promise.all(sessions.map((session) => session.stop()));
  }
}

/** Takes the snapshot and immediately afterwards the locks. Removes the used sessions from `sessions`. */
async function beginParts(
  client: pg.Client,
  control: pg.Client,
  { settings, sessions, parts }: { settings: DumpSettings; sessions: RowsSession[]; parts: Part[] },
): Promise<BegunDump & { readonly definitions: readonly ObjectState[] }> {
  const snapshot = await takeSnapshot(client);
  const { oids, definitions } = await lockTables(client, control);
  const inventory = await readInventory(client);
  const { archives, rows } = planDump(inventory, settings.parallel);
  const context = { ...settings, snapshot: snapshot.name };
  for (const plan of rows) {
    parts.push((sessions.pop() ?? (await RowsSession.open(settings))).begin(plan, snapshot.name));
  }
  // A pg_dump of the schema does not lock members of extensions.
  const locks = { control, oids: await oidsThatArchivesLock(client, oids) };
  for (const plan of archives) parts.push(await startArchive(plan, context, locks));
  return { snapshot, inventory, parts, definitions };
}

async function oidsThatArchivesLock(client: pg.Client, oids: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ oid: string }>(
    `select o as oid from unnest($1::text[]) o
     where not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = o::oid and deptype = 'e')`,
    [oids],
  );
  return rows.map(({ oid }) => oid);
}
