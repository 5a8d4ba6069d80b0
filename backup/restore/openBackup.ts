import * as z from "zod";
import { UserError } from "../../foundation/userError";
import { readManifest, sumUpManifest } from "../catalog";
import { ProcessFailure } from "../childProcess";
import type { CommandContext } from "../context";
import { exitCodes } from "../exitCodes";
import type { Manifest, StoredObject } from "../manifest";
import { accessInventory } from "../postgres/accessText";
import type { Tools } from "../postgres/tools";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";
import type { ObjectReport } from "../verify/inspectObject";
import { inspectObjects, sumUp } from "../verify/inspectRun";
import { inspectVersions, mergeReports } from "../verify/inspectVersions";
import { describeReport, throwUnlessIntact } from "../verify/report";
import type { BackupTexts } from "./filling";
import { readSchemaArchive } from "./schemaArchive";
import { objectFailure, readChecked } from "./storedBytes";

/** The location of a backup, and the programs that read it. */
type Opening = CommandContext & { readonly store: ObjectStore; readonly tools: Tools };

/** Reads the manifest, and checks that every object in it exists with its size. */
export async function openBackup(run: string, context: Opening): Promise<Manifest> {
  const opened = await readManifest(context.store, run, context.signal);
  if (opened.verdict !== "intact") {
    throw new UserError(
      `Nothing was restored: backup ${run}: ${opened.verdict}: ${opened.detail}.`,
      sumUpManifest(opened.verdict) === "damaged" ? exitCodes.damaged : exitCodes.couldNotCheck,
    );
  }
  const { manifest } = opened;
  const ofVersions = await inspectVersions(manifest, context);
  // A read-only role is sufficient for a restore, which then says so.
  const unchecked = ofVersions.filter(({ verdict }) => verdict === "could not check");
  for (const { object, detail } of unchecked) context.progress(`not checked: ${object}: ${detail}`);
  const listed = new Map(
    (await context.store.list(objectKey(run, ""), context.signal)).map(({ key, bytes }) => [key, bytes]),
  );
  const sizes = manifest.objects.flatMap(({ name, bytes }): ObjectReport[] => {
    const found = listed.get(objectKey(run, name));
    if (found === bytes) return [];
    if (found === undefined) return [{ object: name, verdict: "missing" }];
    const verdict = found === 0 ? "empty" : found < bytes ? "truncated" : "extended";
    return [{ object: name, verdict, detail: `${found} of ${bytes} bytes` }];
  });
  const defective = ofVersions.filter(({ verdict }) => verdict !== "could not check");
  report(run, mergeReports(sizes, defective), context);
  return manifest;
}

/** Reads every byte, before rows are removed that only this backup could replace. */
export async function inspect(manifest: Manifest, context: Opening): Promise<void> {
  context.progress("reading every byte of the backup before anything is removed");
  report(manifest.run, await inspectObjects(manifest, { ...context, depth: "contents" }), context);
}

function report(run: string, objects: readonly ObjectReport[], context: Pick<CommandContext, "print">): void {
  const found = { run, verdict: sumUp(objects), objects };
  if (found.verdict !== "intact") context.print(describeReport(found));
  throwUnlessIntact([found]);
}

/** Reads all of a backup except its rows. */
export async function readTexts(
  manifest: Manifest,
  context: { readonly store: ObjectStore; readonly tools: Tools; readonly signal: AbortSignal },
): Promise<BackupTexts> {
  const stored = { ...context, run: manifest.run };
  const bytesOf = async (content: StoredObject["content"]): Promise<Buffer> => {
    const found = manifest.objects.filter((object) => object.content === content);
    return Buffer.concat(await Promise.all(found.map(async (object) => await readChecked(object, stored))));
  };
  const textOf = async (content: StoredObject["content"]): Promise<string> =>
    (await bytesOf(content)).toString("utf8");
  const damaged = (what: string): never => {
    throw new UserError(`The backup is damaged: ${what}.`, exitCodes.damaged);
  };
  const schema = await bytesOf("schema");
  if (schema.length === 0) damaged("it has no schema");
  const access = z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(accessInventory)
    .safeParse(await textOf("access"));
  const entries = await readSchemaArchive(schema, manifest, context).catch((error: unknown) => {
    // Its bytes match the manifest, so this says nothing about them.
    throw error instanceof ProcessFailure ? objectFailure({ name: "the schema" }, error) : error;
  });
  return {
    schema: entries,
    access: access.success ? access.data : damaged("its list of owners and grants cannot be read"),
    globals: await textOf("globals"),
    sequences: await textOf("sequences"),
    publication: await textOf("publication"),
    materializedViews: await textOf("materialized views"),
    jobs: await textOf("jobs"),
  };
}
