import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { readManifest } from "../catalog";
import { forEachLimited } from "../concurrency";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest, StoredObject } from "../manifest";
import { connect } from "../postgres/connect";
import { countRows } from "../postgres/inventory";
import { lockOutOthers } from "../postgres/snapshot";
import { findTools } from "../postgres/tools";
import { type Entry, parseContents, selectEntries } from "../restore/contents";
import { fetchArchive, type LoadContext, listContents, loadArchive, loadEntries } from "../restore/load";
import { checkTarget, createExtensions, createPlatformRoles, readShape } from "../restore/target";
import { objectKey } from "../runName";
import { selectRun } from "../selectRun";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { inspectObjects, sumUp } from "../verify/inspectRun";
import { describe, throwUnlessIntact } from "./verify";

export interface RestoreOptions {
  /** Full name of a run. Default: the newest that has a manifest. */
  readonly run?: string;
  /** Name of the target's database, to allow that it is the one that the backup was taken of; it must be empty still. */
  readonly intoSource?: string;
}

interface Restore extends LoadContext, Pick<CommandContext, "progress"> {
  readonly client: pg.Client;
  readonly manifest: Manifest;
  readonly parallel: number;
  /** For the archive of the schema and lists of its entries; no rows. */
  readonly folder: string;
}

/**
 * `backup restore`: checks every object, then fills an empty database, a fresh Supabase project or a plain one, and
 * compares the rows of every table with the manifest.
 */
export async function restore(options: RestoreOptions, context: CommandContext): Promise<Manifest> {
  const settings = readEnvironment(["store", "target", "parallel"], context.environment);
  const { signal, progress } = context;
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings.store), settings.store.bucket);
  const name = await selectRun(store, options.run, signal);
  progress(`checking backup ${name}`);
  const manifest = await readIntactManifest(name, { ...context, store, tools });
  const client = await connect(settings.target, exitCodes.targetRefused);
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-restore-"));
  try {
    await lockOutOthers(client);
    await checkTarget(client, { manifest, tools, intoSource: options.intoSource });
    progress(
      `restoring ${name} into ${settings.target.database} on ${settings.target.host}:${settings.target.port}`,
    );
    const { target, parallel } = settings;
    await fill({ client, manifest, parallel, folder, store, tools, target, signal, progress });
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
      opened.verdict === "could not check" ? exitCodes.couldNotCheck : exitCodes.damaged,
    );
  }
  const objects = await inspectObjects(opened.manifest, { ...context, depth: "contents" });
  const report = { run, verdict: sumUp(objects), objects };
  if (report.verdict !== "intact") context.print(describe(report));
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

  const data = manifest.objects.filter(({ content }) =>
    ["data", "auth", "storage", "large objects"].includes(content),
  );
  await forEachLimited(data, current.parallel, async (object) => {
    await loadArchive(objectKey(manifest.run, object.name), object.name, current);
    progress(`${object.name}: restored`);
  });

  await load(selected.rest, "post-data", archive, current);
  await runTexts("publication", current);
  await runTexts("materialized views", current);
  await restoreJobs(current);
  await client.query("analyze");
  await compareRows(current);
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
  content: "globals" | "publication" | "materialized views" | "jobs",
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

/** The proof: as many rows in every table as the snapshot had. */
async function compareRows({ client, manifest, progress }: Restore): Promise<void> {
  await client.query("set row_security = off");
  const counts = await countRows(
    client,
    manifest.tables.map(({ schema, table }) => ({ schema, name: table })),
  );
  const differences = manifest.tables.flatMap(({ schema, table, rows }, index) => {
    const found = counts[index]?.rows;
    return found === rows ? [] : [`${schema}.${table} has ${found} rows, the backup ${rows}`];
  });
  if (differences.length > 0) {
    throw new UserError(
      `The restored database is not what was backed up: ${differences.join("; ")}.`,
      exitCodes.restoreFailed,
    );
  }
  const rows = counts.reduce((sum, table) => sum + table.rows, 0);
  progress(`restored ${manifest.run}: ${rows} rows in ${counts.length} tables, as in the manifest`);
}
