import { setMaxListeners } from "node:events";
import type pg from "pg";
import {
  type BackupCompleted,
  backupEvents,
  manifestName,
  runsPrefix,
} from "../../foundation/backupContract";
import { forEachLimited } from "../../foundation/concurrency";
import { messageOf, UserError } from "../../foundation/userError";
import { listObjects, listRuns, readManifest, totalBytes, unlistedObjects } from "../catalog";
import type { CommandContext } from "../context";
import { beginDump } from "../dump/begin";
import { notUtf8 } from "../dump/notUtf8";
import type { Part, StoredPart } from "../dump/part";
import { storeTexts } from "../dump/texts";
import { readEnvironment, type Settings } from "../environment";
import { exitCodes } from "../exitCodes";
import {
  type Manifest,
  manifestVersion,
  type NotCovered,
  type SequenceValue,
  type StoredObject,
  sealManifest,
} from "../manifest";
import { formatBytes } from "../output";
import { requireSameTime } from "../postgres/clock";
import { connect, explainDatabaseFailure } from "../postgres/connect";
import { endSession, serverProcess } from "../postgres/endSession";
import { readIdentity } from "../postgres/identity";
import type { Inventory } from "../postgres/inventory";
import { requireReadableLargeObjects } from "../postgres/largeObjects";
import { readNotCovered } from "../postgres/notCovered";
import { readSequences } from "../postgres/sequences";
import { lockOutOthers } from "../postgres/snapshot";
import { findTools, type Tools } from "../postgres/tools";
import { readUnloadableNames } from "../postgres/unloadableNames";
import { newRunName, objectKey } from "../runName";
import { RunSources } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { inspectObjects, sumUp } from "../verify/inspectRun";
import { toolVersion } from "../version";

export interface CompletedBackup {
  readonly manifest: Manifest;
  /** Size relative to the previous backup of the same database; undefined without one. */
  readonly percentOfPrevious: number | undefined;
}

/** Returns the line that the metric filters of the log read. */
export function describeCompleted({ manifest, percentOfPrevious }: CompletedBackup): BackupCompleted {
  return {
    event: backupEvents.completed,
    run: manifest.run,
    bytes: totalBytes(manifest),
    tables: manifest.tables.length,
    notCovered: manifest.notCovered.length,
    seconds: Math.round((Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000),
    percentOfPrevious,
  };
}

/** The shared context of all steps of a run. */
interface Run extends CommandContext {
  readonly name: string;
  readonly startedAt: Date;
  readonly settings: Settings<"store" | "source" | "parallel" | "memory" | "own">;
  readonly store: ObjectStore;
  /** Also aborted by the first failing step. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
}

/**
 * Implements `backup run`: backs up the whole database under a new prefix. Succeeds only after every object was read
 * back and matches what was written. The manifest, which makes it a backup, is written last.
 */
export async function run(context: CommandContext): Promise<CompletedBackup> {
  const settings = readEnvironment(["store", "source", "parallel", "memory", "own"], context.environment);
  const startedAt = new Date();
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  // Every dump, upload and child process listens; the settings limit their number.
  setMaxListeners(0, signal);
  const current: Run = {
    ...context,
    name: newRunName(startedAt),
    startedAt,
    settings,
    store: new ObjectStore(createClient(settings.store), settings.store.bucket),
    signal,
    fail: (reason) => failure.abort(reason),
  };
  try {
    const client = await connect(settings.source, exitCodes.dumpFailed);
    client.once("error", (error) => {
      // The snapshot ended with the session. What is being written may still be complete, but is useless.
      failure.abort(explainDatabaseFailure("The backup", error, exitCodes.dumpFailed));
    });
    try {
      const manifest = await backUp(current, client);
      return { manifest, percentOfPrevious: await compareSize(manifest, current) };
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    // Aborts uploads, because S3 bills invisible parts.
    await current.store.abortUploads(objectKey(current.name, "")).catch((cleanUp: unknown) => {
      context.progress(messageOf(cleanUp));
    });
    context.signal.throwIfAborted();
    const cause = failure.signal.aborted ? failure.signal.reason : error;
    const encoding = notUtf8(cause, "A name or a text of the schema");
    throw encoding ?? explainDatabaseFailure("The backup", cause, exitCodes.dumpFailed);
  }
}

async function backUp(current: Run, client: pg.Client): Promise<Manifest> {
  const { progress, settings, store, signal, name } = current;
  const { serverVersionNumber: _, ...source } = await readIdentity(client);
  const pid = await serverProcess(client);
  const tools = await findTools(source.serverMajor);
  await requireSameTime(client, new Date());
  await lockOutOthers(client);
  await requireReadableLargeObjects(client);
  const { snapshot, inventory, parts } = await beginDump(client, {
    tools,
    source: settings.source,
    parallel: settings.parallel,
    memoryBytes: settings.memory,
    applicationName: `thorbis-backup ${name}`,
    signal,
    progress,
  });
  progress(
    `backup ${name} of ${source.database} (PostgreSQL ${source.serverVersion}): ${inventory.tables.length} tables in ${parts.length} objects`,
  );
  const rest = storeRest(client, inventory, { ...current, tools });
  // A failure also ends the parts, which are waited for first.
  rest.catch(() => undefined);
  const stored = await storeParts(parts, { ...current, tools }).catch(async (error: unknown) => {
    // Its query may run for minutes, and its lock would refuse the next backup until then.
    await endSession(pid, settings.source);
    throw error;
  });
  const { sequences, texts, notCovered } = await rest;
  await client.query("commit");

  const manifest: Manifest = {
    formatVersion: manifestVersion,
    run: name,
    tool: { version: toolVersion, pgDump: tools.pgDumpVersion, zstd: tools.zstdVersion },
    source: { ...source, lsn: snapshot.lsn, projectRef: settings.own.projectRef },
    snapshot: snapshot.name,
    startedAt: current.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    schemas: [...inventory.schemas],
    roles: [...inventory.roles],
    extensions: [...inventory.extensions],
    tables: stored.flatMap(({ object, tables }) =>
      tables.map((table) => ({ ...table, archive: object.name })),
    ),
    sequences,
    largeObjects: inventory.largeObjects,
    databaseBytes: inventory.databaseBytes,
    notCovered,
    objects: [...texts, ...stored.map(({ object }) => object)],
  };
  const text = sealManifest(manifest);
  const key = objectKey(name, manifestName);
  await store.putText(key, text, "application/json", { signal });
  if ((await store.readText(key, signal)) !== text) throw notAsWritten(`${manifestName} (altered)`);
  await requireListed(manifest, current);
  for (const { what, reason } of notCovered) progress(`not in the backup: ${what} (${reason})`);
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  progress(
    `backup ${name} is complete: ${rows} rows, ${formatBytes(totalBytes(manifest))} in ${manifest.objects.length} objects below ${runsPrefix}${name}/`,
  );
  return manifest;
}

/** Stores everything that is no part of a dump, and reads it back, while the sessions of the parts write. */
async function storeRest(
  client: pg.Client,
  { sequences: names, tables }: Pick<Inventory, "sequences" | "tables">,
  current: Run & { readonly tools: Tools },
): Promise<{ sequences: SequenceValue[]; texts: StoredObject[]; notCovered: NotCovered[] }> {
  const { store, name, signal, fail } = current;
  try {
    const sequences = await readSequences(client, names);
    const texts = await storeTexts(client, sequences, { store, run: name, signal });
    await requireWritten(texts, texts, current);
    const notCovered = [...(await readNotCovered(client)), ...(await readUnloadableNames(client, tables))];
    return { sequences, texts, notCovered };
  } catch (error) {
    fail(error);
    throw error;
  }
}

/** Rows that are dumped quickly. */
const smallPartBytes = 4 * 1024 * 1024;

/**
 * Stores the parts and reads each one back while others are written. Small ones come first, so their programs do not
 * wait, then the others from the largest to the smallest, so that no long one remains at the end. Returns them in the
 * order of the plan.
 */
async function storeParts(
  parts: readonly Part[],
  current: Run & { readonly tools: Tools },
): Promise<StoredPart[]> {
  const { settings, store, name, fail, progress } = current;
  const stored = new Map<Part, StoredPart>();
  const isSmall = ({ bytes }: Part): boolean => bytes < smallPartBytes;
  const order = [...parts].sort((a, b) => Number(isSmall(b)) - Number(isSmall(a)) || b.bytes - a.bytes);
  await forEachLimited(order, settings.parallel, async (part) => {
    try {
      const result = await part.store(objectKey(name, part.name), store);
      stored.set(part, result);
      await requireWritten(
        [result.object],
        [...stored.values()].map(({ object }) => object),
        current,
      );
      progress(`${part.name}: ${formatBytes(result.object.bytes)}, read back`);
    } catch (error) {
      fail(error);
      throw error;
    }
  });
  return parts.flatMap((part) => stored.get(part) ?? []);
}

/** Reads objects back and throws if they differ from what was written. */
async function requireWritten(
  objects: readonly StoredObject[],
  known: readonly StoredObject[],
  { store, tools, signal, name }: Run & { readonly tools: Tools },
): Promise<void> {
  const reports = await inspectObjects(
    { run: name, objects, known },
    { store, tools, depth: "contents", signal },
  );
  const defective = reports.filter(({ verdict }) => verdict !== "intact");
  if (defective.length === 0) return;
  const found = defective
    .map(({ object, verdict, detail }) => `${object} (${verdict}${detail ? `: ${detail}` : ""})`)
    .join(", ");
  if (sumUp(reports) === "damaged") throw notAsWritten(found);
  throw new UserError(
    `The stored objects could not be read back, so this is not a backup: ${found}.`,
    exitCodes.storeFailed,
  );
}

/**
 * Throws if an object is no longer there: a prune may have taken a very long run for an interrupted one. It lists after
 * the manifest is written, and a prune lists after it has deleted, so at least one of them notices the other.
 */
async function requireListed(manifest: Manifest, { store, name, signal }: Run): Promise<void> {
  const objects = await listObjects(store, name, signal);
  const unlisted = unlistedObjects({ objects }, manifest);
  if (!objects.some((object) => object.name === manifestName)) unlisted.push(manifestName);
  if (unlisted.length > 0)
    throw notAsWritten(unlisted.map((object) => `${object} (missing, or of another size)`).join(", "));
}

/** Compares with the previous backup. A far smaller backup may be complete, and still indicate that data is missing. */
export async function compareSize(
  manifest: Manifest,
  { store, progress }: Pick<Run, "store" | "progress">,
): Promise<number | undefined> {
  try {
    const complete = (await listRuns(store)).filter(({ isComplete }) => isComplete);
    const sources = new RunSources(store, complete);
    const own = await sources.of(manifest.run);
    const earlier = complete.filter(({ name }) => name < manifest.run);
    for (const { name } of earlier.reverse()) {
      if ((await sources.of(name)) !== own) continue;
      const opened = await readManifest(store, name);
      if (opened.verdict !== "intact") continue;
      return Math.round((100 * totalBytes(manifest)) / totalBytes(opened.manifest));
    }
  } catch (error) {
    // The backup is complete; only the comparison failed.
    progress(`no comparison with an earlier backup: ${messageOf(error)}`);
  }
  return undefined;
}

function notAsWritten(what: string): UserError {
  return new UserError(
    `The bucket does not return what was written, so this is not a backup: ${what}.`,
    exitCodes.damaged,
  );
}
