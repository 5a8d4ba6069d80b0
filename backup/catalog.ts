import { manifestName, runsPrefix } from "../foundation/backupContract";
import { forEachLimited } from "../foundation/concurrency";
import { messageOf } from "../foundation/userError";
import { type Manifest, openManifest } from "./manifest";
import { objectKey, parseObjectKey, runStart } from "./runName";
import type { ListedObject } from "./store/listed";
import type { ObjectStore } from "./store/objectStore";

/** The objects of one run in the bucket. */
export interface StoredRun {
  readonly name: string;
  readonly start: Date;
  /** Every object of the run, including the manifest. */
  readonly objects: readonly (ListedObject & { readonly name: string })[];
  /** Without a manifest, the run was interrupted and is not a backup. */
  readonly isComplete: boolean;
}

/** Returns all runs, oldest first. Objects with other names are skipped. */
export async function listRuns(store: ObjectStore, signal?: AbortSignal): Promise<StoredRun[]> {
  const byRun = new Map<string, (ListedObject & { name: string })[]>();
  for (const listed of await store.list(runsPrefix, signal)) {
    const parsed = parseObjectKey(listed.key);
    if (parsed === undefined) continue;
    const objects = byRun.get(parsed.run) ?? [];
    objects.push({ ...listed, name: parsed.object });
    byRun.set(parsed.run, objects);
  }
  return [...byRun]
    .map(([name, objects]) => ({
      name,
      start: runStart(name) ?? new Date(0),
      objects,
      isComplete: hasManifest(objects),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns whether a run is complete, according to its objects. */
export function hasManifest(objects: readonly { readonly name: string }[]): boolean {
  return objects.some(({ name }) => name === manifestName);
}

/** Returns the objects of one run. */
export async function listObjects(
  store: ObjectStore,
  run: string,
  signal?: AbortSignal,
): Promise<StoredRun["objects"]> {
  const prefix = objectKey(run, "");
  const listed = await store.list(prefix, signal);
  return listed.map((object) => ({ ...object, name: object.key.slice(prefix.length) }));
}

export type ReadManifest =
  | ReturnType<typeof openManifest>
  | {
      readonly verdict: "no manifest" | "could not check";
      readonly detail: string;
      readonly source?: undefined;
    };

/** Returns the manifest of a run, or why it is not available. An unreadable one hides no other backup. */
export async function readManifest(
  store: ObjectStore,
  run: string,
  signal?: AbortSignal,
): Promise<ReadManifest> {
  let text: string | undefined;
  try {
    text = await store.readText(objectKey(run, manifestName), signal);
  } catch (error) {
    signal?.throwIfAborted();
    return { verdict: "could not check", detail: messageOf(error) };
  }
  if (text === undefined)
    return { verdict: "no manifest", detail: "the run was interrupted or is still running" };
  return openManifest(text, run);
}

/**
 * Returns what a manifest that is not intact says about its run: damaged, or of another format or in a bucket that
 * could not be read.
 */
export function sumUpManifest(
  verdict: Exclude<ReadManifest["verdict"], "intact">,
): "damaged" | "could not check" {
  switch (verdict) {
    case "could not check":
    case "manifest too new":
    case "manifest too old":
      return "could not check";
    default:
      return "damaged";
  }
}

/** Returns the objects of a manifest that the bucket does not list with their size. Needs no request. */
export function unlistedObjects(
  { objects: listed }: Pick<StoredRun, "objects">,
  { objects }: Pick<Manifest, "objects">,
): string[] {
  const sizes = new Map(listed.map(({ name, bytes }) => [name, bytes]));
  return objects.filter(({ name, bytes }) => sizes.get(name) !== bytes).map(({ name }) => name);
}

/** Manifests that are read in parallel. */
const readsAtOnce = 8;

/** Returns the manifests of these runs, by name. */
export async function readManifests(
  store: ObjectStore,
  runs: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ReadManifest>> {
  const manifests = new Map<string, ReadManifest>();
  await forEachLimited(runs, readsAtOnce, async (run) => {
    manifests.set(run, await readManifest(store, run, signal));
  });
  return manifests;
}

export function totalBytes({ objects }: Pick<Manifest, "objects">): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
