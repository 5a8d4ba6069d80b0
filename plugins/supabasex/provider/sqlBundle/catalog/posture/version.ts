import type { Catalog } from "../catalog";
import type { CatalogDifference } from "../difference";
import { partsOfIdentity } from "../identity";
import { serverIdentity } from "../serverVersion";
import { isOfPlatform } from "./exposure";

/** What a posture covers. Increased when it covers more. */
export const postureVersion = 2;

/** The property of the server with the version of a posture. Absent in version 1. */
export const versionProperty = "posture";

/** Returns whether a baseline is from an older version of this program, which covered less. */
export function isOfOlderVersion(baseline: Catalog): boolean {
  const server = baseline[serverIdentity];
  return server !== undefined && server[versionProperty] === undefined;
}

/** Properties that version 1 did not cover. */
const sinceVersion2: ReadonlySet<string> = new Set(["strict", "wrapperOptions"]);

/** Returns whether a difference from a baseline of version 1 only says that this version covers more. */
export function isNewSinceVersion1(
  { identity, kind, property = "", expected }: CatalogDifference,
  posture: Catalog,
): boolean {
  if (kind === "changed") return expected === undefined && sinceVersion2.has(property);
  if (kind === "missing") return false;
  const object = partsOfIdentity(identity);
  if (object.kind === "type" || object.kind === "foreign table") return true;
  if (object.kind === "column") return posture[identity]?.grants === undefined;
  return isUsedOnly(identity, posture);
}

const usableKinds: ReadonlySet<string> = new Set([
  "function",
  "procedure",
  "view",
  "materialized view",
  "table",
  "policy",
]);

/** Returns whether an object may count only because something uses it, or because it guards such an object. */
export function isUsable(identity: string): boolean {
  return usableKinds.has(partsOfIdentity(identity).kind);
}

/**
 * Returns whether an object only counts because something uses it: it is in a schema that no API role may use.
 *
 * @param posture the posture with the object
 */
export function isUsedOnly(identity: string, posture: Catalog): boolean {
  const { schema = "" } = partsOfIdentity(identity);
  const isOpen = schema === "public" || isOfPlatform(schema) || posture[`schema ${schema}`] !== undefined;
  return isUsable(identity) && !isOpen;
}
