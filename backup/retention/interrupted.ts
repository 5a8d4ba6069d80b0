import { manifestName } from "../../foundation/backupContract";
import { messageOf } from "../../foundation/userError";
import type { StoredRun } from "../catalog";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";
import { hidingMarkers, readVersions } from "../versions";
import type { DecidedFate } from "./decide";

const hour = 3_600_000;
const day = 24 * hour;

/** A run without a manifest may still be running; after this time without a new object it is not. */
const withoutObjects = day;

/** How long an unfinished upload may still be written to. Then the lifecycle of the stack's bucket aborts it. */
const unfinishedUpload = 3 * day;

/** How long a backup stays whose manifest a user, or a prune that was interrupted, has hidden. */
const hiddenManifest = 7 * day;

interface Deciding {
  readonly store: ObjectStore;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Decides whether a run without a manifest is deleted: not if it wrote an object, or began an upload, a short time ago. If
 * its manifest is hidden, it was a backup, and may be wanted again.
 */
export async function fateOfPartial(
  run: Pick<StoredRun, "name" | "start" | "objects">,
  { store, now, signal }: Deciding,
): Promise<DecidedFate> {
  const fate = (isDeleted: boolean, reason: string): DecidedFate => ({ run: run.name, isDeleted, reason });
  const isYounger = (times: readonly Date[], age: number): boolean =>
    times.some((time) => now.getTime() - time.getTime() <= age);
  const running = fate(false, "without a manifest; may still be running");
  if (isYounger([run.start, ...run.objects.map(({ modified }) => modified)], withoutObjects)) return running;
  try {
    const versions = await readVersions(store, run.name, signal);
    const markers = hidingMarkers(versions?.get(manifestName));
    const [marker] = markers;
    if (marker !== undefined) {
      const isKept = isYounger(
        markers.map(({ modified }) => modified),
        hiddenManifest,
      );
      return fate(!isKept, `its manifest is hidden by the delete marker ${marker.version}`);
    }
    const uploads = (await store.unfinishedUploads(objectKey(run.name, ""), signal)) ?? [];
    if (isYounger(uploads, unfinishedUpload)) return running;
  } catch (error) {
    signal.throwIfAborted();
    return fate(false, `without a manifest; could not be checked: ${messageOf(error).replace(/\.$/, "")}`);
  }
  return fate(true, "left by an interrupted run");
}
