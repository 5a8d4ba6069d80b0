import { manifestName } from "../../foundation/backupContract";
import { messageOf } from "../../foundation/userError";
import type { Manifest } from "../manifest";
import type { ListedVersion } from "../store/listed";
import { hidingMarkers, readVersions } from "../versions";
import type { InspectionContext, ObjectReport } from "./inspectObject";

/** Returns the names of all objects of a backup, including the manifest. Others below its prefix are no part of it. */
export function namesOf({ objects }: Pick<Manifest, "objects">): ReadonlySet<string> {
  return new Set([manifestName, ...objects.map(({ name }) => name)]);
}

/**
 * Returns objects of a backup, including the manifest, that were written more than once, or that a delete marker hides.
 * An attacker who replaces both an object and its manifest makes them match, but the versions show it. The first version
 * still exists.
 */
export async function inspectVersions(
  manifest: Pick<Manifest, "run" | "objects">,
  { store, signal }: Pick<InspectionContext, "store" | "signal">,
): Promise<ObjectReport[]> {
  const object = "(versions of objects)";
  const names = namesOf(manifest);
  try {
    const byName = await readVersions(store, manifest.run, signal);
    if (byName === undefined)
      return [{ object, verdict: "could not check", detail: "permission s3:ListBucketVersions is missing" }];
    return [...byName].flatMap(([name, versions]) => (names.has(name) ? judge(name, versions) : []));
  } catch (error) {
    signal.throwIfAborted();
    return [{ object, verdict: "could not check", detail: messageOf(error) }];
  }
}

/** Returns what is wrong with an object, according to its versions. One that only has delete markers is missing. */
function judge(object: string, versions: readonly ListedVersion[]): ObjectReport[] {
  const written = versions.filter(({ isDeleteMarker }) => !isDeleteMarker);
  const hiding = hidingMarkers(versions);
  const reports: ObjectReport[] = [];
  if (hiding.length > 0) {
    const names = hiding.map(({ version }) => version).join(", ");
    const detail =
      hiding.length === 1
        ? `its latest version is the delete marker ${names}; delete this marker to restore the object`
        : `it has the delete markers ${names}; delete these markers to restore the object`;
    reports.push({ object, verdict: "hidden", detail });
  }
  if (written.length > 1 || (written.length > 0 && hiding.length === 0 && versions.length > 1)) {
    const detail = `${versions.length} versions; the first is ${written.at(-1)?.version}`;
    reports.push({ object, verdict: "overwritten", detail });
  }
  return reports;
}

/** Adds the reports about versions. A hidden object is not reported as missing too. */
export function mergeReports(
  reports: readonly ObjectReport[],
  ofVersions: readonly ObjectReport[],
): ObjectReport[] {
  const hidden = new Set(
    ofVersions.filter(({ verdict }) => verdict === "hidden").map(({ object }) => object),
  );
  return [
    ...reports.filter(({ object, verdict }) => verdict !== "missing" || !hidden.has(object)),
    ...ofVersions,
  ];
}
