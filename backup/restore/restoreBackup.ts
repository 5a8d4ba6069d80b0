import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { readManifest, sumUpManifest } from "../catalog";
import { forEachLimited } from "../concurrency";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest, StoredObject } from "../manifest";
import { connect } from "../postgres/connect";
import { lockOutOthers } from "../postgres/snapshot";
import type { Tools } from "../postgres/tools";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";
import { inspectObjects, overwrittenObjects, sumUp } from "../verify/inspectRun";
import { describeReport, throwUnlessIntact } from "../verify/report";
import { compareRows } from "./compareRows";
import { type Entry, parseContents, selectEntries } from "./contents";
import { emptyTarget } from "./emptyTarget";
import { fetchArchive, type LoadContext, listContents, loadArchive, loadEntries } from "./load";
import { checkTarget, createExtensions, createPlatformRoles, readShape } from "./target";

export interface RestoreRequest {
  readonly store: ObjectStore;
  readonly tools: Tools;
  /** Full name of a run. */
  readonly run: string;
  readonly target: DatabaseSettings;
  /** Archives loaded at once. */
  readonly parallel: number;
  /** See `RestoreOptions`. */
  readonly intoSource?: string | undefined;
  readonly replace?: string | undefined;
}

interface Restore extends LoadContext, Pick<CommandContext, "progress"> {
  readonly client: pg.Client;
  readonly manifest: Manifest;
  readonly parallel: number;
  /** For the archive of the schema and lists of its entries; no rows. */
  readonly folder: string;
}

/**
 * Checks every object, fills an empty database, a fresh Supabase project or a plain one, and compares the rows of every
 * table with the manifest.
 * @throws UserError with the exit code for what went wrong.
 */
export async function restoreBackup(request: RestoreRequest, context: CommandContext): Promise<Manifest> {
  const { run, target, intoSource, replace, ...services } = request;
  const { signal, progress } = context;
  progress(`checking backup ${run}`);
  const manifest = await readIntactManifest(run, { ...context, ...services });
  const client = await connect(target, exitCodes.targetRefused);
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-restore-"));
  try {
    await lockOutOthers(client);
    const { isEmpty } = await checkTarget(client, { manifest, tools: request.tools, intoSource, replace });
    if (!isEmpty) {
      progress(`removing what ${target.database} on ${target.host}:${target.port} has`);
      await emptyTarget(client);
    }
    progress(`restoring ${run} into ${target.database} on ${target.host}:${target.port}`);
    await fill({ ...services, client, manifest, folder, target, signal, progress });
    return manifest;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await client.end().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function readIntactManifest(
  run: string,
  context: CommandContext & Pick<LoadContext, "store" | "tools">,
): Promise<Manifest> {
  const opened = await readManifest(context.store, run, context.signal);
  if (opened.verdict !== "intact") {
    throw new UserError(
      `Nothing was restored: of backup ${run}, ${opened.verdict}: ${opened.detail}.`,
      sumUpManifest(opened.verdict) === "damaged" ? exitCodes.damaged : exitCodes.couldNotCheck,
    );
  }
  const overwritten = await overwrittenObjects(run, context);
  // A role that may only read is enough to restore with, and then says so.
  const unchecked = overwritten.filter(({ verdict }) => verdict === "could not check");
  for (const { object, detail } of unchecked) context.progress(`not checked: ${object}: ${detail}`);
  const objects = [
    ...(await inspectObjects(opened.manifest, { ...context, depth: "contents" })),
    ...overwritten.filter(({ verdict }) => verdict === "overwritten"),
  ];
  const report = { run, verdict: sumUp(objects), objects };
  if (report.verdict !== "intact") context.print(describeReport(report));
  throwUnlessIntact([report]);
  return opened.manifest;
}

async function fill(current: Restore): Promise<void> {
  const { client, manifest, progress, folder } = current;
  const shape = await readShape(client);
  progress(shape.isProject ? "the target is a Supabase project" : "the target is a plain database");
  await client.query("set statement_timeout = 0");
  if (!shape.isProject) await createPlatformRoles(client, manifest.roles);
  await runTexts("globals", current);

  const archive = path.join(folder, "schema.dump");
  const [schema] = objectsOf(manifest, "schema");
  if (schema === undefined) throw new UserError("The backup has no schema.", exitCodes.damaged);
  await fetchArchive(objectKey(manifest.run, schema.name), archive, current);
  const entries = parseContents(await listContents(archive, current), manifest);
  const selected = selectEntries(entries, shape);
  await load(selected.schemas, "pre-data", archive, current);
  const leftOut = await createExtensions(client, manifest.extensions);
  if (leftOut.length > 0) progress(`extensions that the target cannot have: ${leftOut.join("; ")}`);
  await load(selected.rest, "pre-data", archive, current);

  // The largest first, so that no long one is left to the end.
  const data = manifest.objects
    .filter(({ content }) => ["data", "auth", "storage", "large objects"].includes(content))
    .sort((a, b) => b.bytes - a.bytes);
  await forEachLimited(data, current.parallel, async (object) => {
    await loadArchive(objectKey(manifest.run, object.name), object.name, current);
    progress(`${object.name}: restored`);
  });

  await runTexts("sequences", current);
  await load(selected.rest, "post-data", archive, current);
  await runTexts("publication", current);
  await runTexts("materialized views", current);
  await restoreJobs(current);
  const rows = await compareRows(manifest, current);
  progress(`restored ${manifest.run}: ${rows} rows in ${manifest.tables.length} tables, as in the manifest`);
}

async function load(
  entries: readonly Entry[],
  section: "pre-data" | "post-data",
  archive: string,
  current: Restore,
): Promise<void> {
  if (entries.length === 0) return;
  const list = path.join(current.folder, "entries");
  await writeFile(list, `${entries.map(({ line }) => line).join("\n")}\n`);
  await loadEntries(archive, list, section, current);
}

function objectsOf({ objects }: Manifest, content: StoredObject["content"]): StoredObject[] {
  return objects.filter((object) => object.content === content);
}

async function runTexts(
  content: "globals" | "sequences" | "publication" | "materialized views" | "jobs",
  current: Restore,
): Promise<void> {
  const { client, manifest, store, signal } = current;
  for (const { name } of objectsOf(manifest, content)) {
    const text = await store.readText(objectKey(manifest.run, name), signal);
    if (text === undefined)
      throw new UserError(`Restoring ${name} failed: it is missing.`, exitCodes.damaged);
    try {
      await client.query(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`Restoring ${name} failed: ${reason}.`, exitCodes.restoreFailed, { cause: error });
    }
  }
}

async function restoreJobs(current: Restore): Promise<void> {
  if (objectsOf(current.manifest, "jobs").length === 0) return;
  const { rows } = await current.client.query<{ exists: boolean }>(
    "select to_regclass('cron.job') is not null as exists",
  );
  if (rows[0]?.exists === true) await runTexts("jobs", current);
  else current.progress("the jobs of pg_cron are left out: the target has no pg_cron");
}
