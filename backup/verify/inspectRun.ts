import { forEachLimited } from "../../foundation/concurrency";
import { messageOf } from "../../foundation/userError";
import { listObjects, readManifest, sumUpManifest } from "../catalog";
import type { Manifest, StoredObject } from "../manifest";
import { objectKey } from "../runName";
import { type InspectionContext, inspectObject, type ObjectReport } from "./inspectObject";
import { inspectVersions, mergeReports, namesOf } from "./inspectVersions";

export interface RunReport {
  readonly run: string;
  /** `intact`, `damaged` and `could not check` are summaries; the reports have the details. */
  readonly verdict: "intact" | "damaged" | "could not check";
  /** Of the manifest, if it has a problem. */
  readonly manifestIssue?: { readonly verdict: string; readonly detail: string };
  /** Of every object, in the order of the manifest. */
  readonly objects: readonly ObjectReport[];
  readonly manifest?: Manifest;
}

const objectsAtOnce = 2;

/** Checks all objects of a run in one pass, so the first error does not hide the others. */
export async function inspectRun(run: string, context: InspectionContext): Promise<RunReport> {
  const opened = await readManifest(context.store, run, context.signal);
  if (opened.verdict !== "intact") {
    return {
      run,
      verdict: sumUpManifest(opened.verdict),
      manifestIssue: { verdict: opened.verdict, detail: opened.detail },
      objects: [],
    };
  }
  const { manifest } = opened;
  const objects = mergeReports(
    [...(await inspectObjects(manifest, context)), ...(await unknownObjects(run, manifest, context))],
    await inspectVersions(manifest, context),
  );
  return { run, verdict: sumUp(objects), objects, manifest };
}

/**
 * Reads objects of a run and compares them with their expected content.
 * @param known all objects of the run, to identify bytes of another object; default: those that are read
 */
export async function inspectObjects(
  {
    run,
    objects,
    known = objects,
  }: Pick<Manifest, "run"> & {
    readonly objects: readonly StoredObject[];
    readonly known?: readonly StoredObject[];
  },
  context: InspectionContext,
): Promise<ObjectReport[]> {
  const reports = new Map<string, ObjectReport>();
  await forEachLimited(objects, objectsAtOnce, async (expected) => {
    const key = objectKey(run, expected.name);
    reports.set(expected.name, await inspectObject(key, expected, known, context));
  });
  return objects.flatMap(({ name }) => reports.get(name) ?? []);
}

export function sumUp(reports: readonly ObjectReport[]): RunReport["verdict"] {
  const verdicts = new Set(reports.map(({ verdict }) => verdict));
  verdicts.delete("intact");
  const unchecked = verdicts.delete("could not check");
  if (verdicts.size > 0) return "damaged";
  return unchecked ? "could not check" : "intact";
}

async function unknownObjects(
  run: string,
  manifest: Manifest,
  { store, signal }: InspectionContext,
): Promise<ObjectReport[]> {
  const known = namesOf(manifest);
  try {
    const listed = await listObjects(store, run, signal);
    return (
      listed
        .filter(({ name }) => !known.has(name))
        // The console of S3 creates an object for a folder, without a name.
        .map(({ name, key }) => ({ object: name || key, verdict: "unknown object" as const }))
    );
  } catch (error) {
    signal.throwIfAborted();
    const detail = messageOf(error);
    return [{ object: "(list of objects)", verdict: "could not check", detail }];
  }
}
