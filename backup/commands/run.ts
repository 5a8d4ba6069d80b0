import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { listRuns, readManifest, totalBytes } from "../catalog";
import { forEachLimited } from "../concurrency";
import type { CommandContext } from "../context";
import { storeArchive } from "../dump/archive";
import { largestFirst, type PlannedArchive, pattern, planArchives } from "../dump/plan";
import { readEnvironment, type Settings } from "../environment";
import { exitCodes } from "../exitCodes";
import {
  type Manifest,
  manifestVersion,
  type SequenceValue,
  type StoredObject,
  sealManifest,
  type TableCount,
} from "../manifest";
import { formatBytes } from "../output";
import { readAccess } from "../postgres/access";
import { requireSameTime } from "../postgres/clock";
import { connect } from "../postgres/connect";
import { readIdentity } from "../postgres/identity";
import { countRows, type Inventory, readInventory } from "../postgres/inventory";
import { describeSequences, readSequences } from "../postgres/sequences";
import { lockOutOthers, type Snapshot, takeSnapshot } from "../postgres/snapshot";
import {
  describeGlobals,
  describeJobs,
  describeMaterializedViews,
  describePublication,
} from "../postgres/statements";
import { findTools, requireClientAtLeast, type Tools } from "../postgres/tools";
import { manifestName, newRunName, objectKey, runsPrefix } from "../runName";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { inspectObjects, sumUp } from "../verify/inspectRun";
import { toolVersion } from "../version";

export interface CompletedBackup {
  readonly manifest: Manifest;
  /** Size against the backup of the same database before it; undefined when there is none. */
  readonly percentOfPrevious: number | undefined;
}

/** Everything that the steps of one run share. */
interface Run extends CommandContext {
  readonly name: string;
  readonly startedAt: Date;
  readonly settings: Settings<"store" | "source" | "parallel" | "projectRef">;
  readonly tools: Tools;
  readonly store: ObjectStore;
  /** Also aborted by the first step that fails. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
}

/**
 * `backup run`: a backup of the whole database under a prefix of its own. Ends well only after every object has been read
 * back and found to be what was written; the manifest, which makes it a backup, comes last.
 */
export async function run(context: CommandContext): Promise<CompletedBackup> {
  const settings = readEnvironment(["store", "source", "parallel", "projectRef"], context.environment);
  const tools = await findTools();
  const startedAt = new Date();
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  // Every dump, upload and child process listens; the settings bound how many there are.
  setMaxListeners(0, signal);
  const current: Run = {
    ...context,
    name: newRunName(startedAt),
    startedAt,
    settings,
    tools,
    store: new ObjectStore(createClient(settings.store), settings.store.bucket),
    signal,
    fail: (reason) => failure.abort(reason),
  };
  try {
    const client = await connect(settings.source, exitCodes.dumpFailed);
    try {
      const manifest = await backUp(current, client);
      return { manifest, percentOfPrevious: await compareSize(manifest, current) };
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    // Without parts in the bucket that nobody sees and somebody pays for.
    await current.store.abortUploads(objectKey(current.name, "")).catch((cleanUp: unknown) => {
      context.progress(cleanUp instanceof Error ? cleanUp.message : String(cleanUp));
    });
    context.signal.throwIfAborted();
    throw error;
  }
}

async function backUp(current: Run, client: pg.Client): Promise<Manifest> {
  const { progress, settings, tools, store, signal, name } = current;
  const { serverVersionNumber, ...source } = await readIdentity(client);
  requireClientAtLeast(tools, serverVersionNumber, source.serverVersion);
  await requireSameTime(client, new Date());
  await lockOutOthers(client);
  const snapshot = await takeSnapshot(client);
  const inventory = await readInventory(client);
  const archives = planArchives(inventory, settings.parallel);
  progress(
    `backup ${name} of ${source.database} (PostgreSQL ${source.serverVersion}): ${inventory.tables.length} tables in ${archives.length} archives`,
  );

  const [objects, counts] = await Promise.all([
    storeArchives(archives, snapshot, current),
    count(client, inventory, current),
  ]);
  const tables = counts.map((table) => ({ ...table, archive: archiveOf(archives, table) }));
  const sequences = await readSequences(client, inventory.sequences);
  const texts = await storeTexts(client, sequences, current);
  await client.query("commit");

  const manifest: Manifest = {
    formatVersion: manifestVersion,
    run: name,
    tool: { version: toolVersion, pgDump: tools.pgDumpVersion, zstd: tools.zstdVersion },
    source: { ...source, lsn: snapshot.lsn, projectRef: settings.projectRef },
    snapshot: snapshot.name,
    startedAt: current.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    schemas: [...inventory.schemas],
    roles: [...inventory.roles],
    extensions: [...inventory.extensions],
    tables,
    sequences,
    largeObjects: inventory.largeObjects,
    notCovered: [],
    objects: [...texts, ...objects],
  };
  await readBack(manifest, current);
  const text = sealManifest(manifest);
  const key = objectKey(name, manifestName);
  await store.putText(key, text, "application/json", signal);
  if ((await store.readText(key, signal)) !== text) throw notAsWritten(`${manifestName} (altered)`);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  progress(
    `backup ${name} is complete: ${rows} rows, ${formatBytes(totalBytes(manifest))} in ${manifest.objects.length} objects below ${runsPrefix}${name}/`,
  );
  return manifest;
}

/** In the order of the plan, whatever order they were made in. */
async function storeArchives(
  archives: readonly PlannedArchive[],
  snapshot: Snapshot,
  { store, tools, settings, signal, name, fail, progress }: Run,
): Promise<StoredObject[]> {
  const stored = new Map<string, StoredObject>();
  const context = { tools, store, source: settings.source, snapshot: snapshot.name, signal };
  await forEachLimited(largestFirst(archives), settings.parallel, async (archive) => {
    try {
      const object = await storeArchive(objectKey(name, archive.name), archive, context);
      stored.set(archive.name, object);
      progress(`${archive.name}: ${formatBytes(object.bytes)}`);
    } catch (error) {
      fail(error);
      throw error;
    }
  });
  return archives.flatMap((archive) => stored.get(archive.name) ?? []);
}

/** The archive that holds a table's rows. */
function archiveOf(
  archives: readonly PlannedArchive[],
  { schema, table }: Pick<TableCount, "schema" | "table">,
): string {
  const wanted = `--table=${pattern({ schema, name: table })}`;
  const found = archives.find((archive) => archive.arguments.includes(wanted));
  if (found === undefined) throw new Error(`no archive is planned for ${schema}.${table}`);
  return found.name;
}

async function count(
  client: pg.Client,
  inventory: Inventory,
  { fail }: Run,
): Promise<Omit<TableCount, "archive">[]> {
  try {
    return await countRows(client, [
      ...inventory.tables,
      ...inventory.authTables,
      ...inventory.storageTables,
    ]);
  } catch (error) {
    const told = databaseError("Counting rows", error);
    fail(told);
    throw told;
  }
}

async function storeTexts(
  client: pg.Client,
  sequences: readonly SequenceValue[],
  { store, name, signal }: Run,
): Promise<StoredObject[]> {
  const texts = [
    { name: "sequences.sql", content: "sequences" as const, text: describeSequences(sequences) },
    {
      name: "access.json",
      content: "access" as const,
      text: `${JSON.stringify(await readAccess(client), null, 1)}\n`,
    },
    { name: "globals.sql", content: "globals" as const, text: await describeGlobals(client) },
    {
      name: "materialized-views.sql",
      content: "materialized views" as const,
      text: await describeMaterializedViews(client),
    },
    { name: "publication.sql", content: "publication" as const, text: await describePublication(client) },
    { name: "jobs.sql", content: "jobs" as const, text: await describeJobs(client) },
  ];
  const objects: StoredObject[] = [];
  for (const { name: object, content, text } of texts) {
    if (text === undefined) continue;
    const kind = object.endsWith(".json") ? ("json" as const) : ("sql" as const);
    await store.putText(objectKey(name, object), text, `application/${kind}`, signal);
    const bytes = Buffer.from(text, "utf8");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    objects.push({ name: object, kind, content, bytes: bytes.length, sha256 });
  }
  return objects;
}

async function readBack(manifest: Manifest, { store, tools, signal, progress }: Run): Promise<void> {
  progress(`reading back ${manifest.objects.length} objects`);
  const reports = await inspectObjects(manifest, { store, tools, depth: "contents", signal });
  const faults = reports.filter(({ verdict }) => verdict !== "intact");
  if (faults.length === 0) return;
  const told = faults
    .map(({ object, verdict, detail }) => `${object} (${verdict}${detail ? `: ${detail}` : ""})`)
    .join(", ");
  if (sumUp(reports) === "damaged") throw notAsWritten(told);
  throw new UserError(
    `What was written could not be read back, so this is no backup: ${told}.`,
    exitCodes.storeFailed,
  );
}

/** A backup that is far smaller than the one before may be whole and still be a sign that something is gone. */
async function compareSize(manifest: Manifest, { store, progress }: Run): Promise<number | undefined> {
  try {
    const earlier = (await listRuns(store)).filter(
      ({ isComplete, name }) => isComplete && name < manifest.run,
    );
    for (const { name } of earlier.reverse()) {
      const opened = await readManifest(store, name);
      if (opened.verdict !== "intact" || opened.manifest.source.database !== manifest.source.database)
        continue;
      return Math.round((100 * totalBytes(manifest)) / totalBytes(opened.manifest));
    }
  } catch (error) {
    // The backup is made; only the comparison is not.
    progress(
      `no comparison with an earlier backup: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return undefined;
}

function notAsWritten(what: string): UserError {
  return new UserError(
    `The bucket does not give back what was written, so this is no backup: ${what}.`,
    exitCodes.damaged,
  );
}

function databaseError(doing: string, error: unknown): Error {
  if (error instanceof UserError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(`${doing} failed: ${reason}.`, exitCodes.dumpFailed, { cause: error });
}
