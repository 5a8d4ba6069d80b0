import { messageOf } from "../../foundation/userError";
import { objectKey } from "../runName";
import type { ListedVersion } from "../store/objectStore";
import type { InspectionContext, ObjectReport } from "./inspectObject";

/**
 * Returns objects of a run, including the manifest, that were written more than once, or that a delete marker hides. An
 * attacker who replaces both an object and its manifest makes them match, but the versions show it. The first version
 * still exists.
 */
export async function inspectVersions(
  run: string,
  { store, signal }: Pick<InspectionContext, "store" | "signal">,
): Promise<ObjectReport[]> {
  const object = "(versions of objects)";
  const prefix = objectKey(run, "");
  const byKey = new Map<string, ListedVersion[]>();
  try {
    const listed = await store.listVersions(prefix, signal);
    if (listed === undefined)
      return [{ object, verdict: "could not check", detail: "permission s3:ListBucketVersions is missing" }];
    for (const version of listed) byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  } catch (error) {
    signal.throwIfAborted();
    return [{ object, verdict: "could not check", detail: messageOf(error) }];
  }
  return [...byKey].flatMap(([key, versions]) => judge(key.slice(prefix.length), versions));
}

/** Returns what is wrong with an object, according to its versions, the newest first. */
function judge(object: string, versions: readonly ListedVersion[]): ObjectReport[] {
  const written = versions.filter(({ isDeleteMarker }) => !isDeleteMarker);
  const hiding = versions.find(({ isDeleteMarker, isLatest }) => isDeleteMarker && isLatest);
  const reports: ObjectReport[] = [];
  if (hiding !== undefined) {
    const detail = `its latest version is the delete marker ${hiding.version}; delete this marker to restore the object`;
    reports.push({ object, verdict: "hidden", detail });
  }
  if (written.length > 1 || (hiding === undefined && versions.length > 1)) {
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
