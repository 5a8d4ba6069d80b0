import { type CatalogReading, isSameObject, partsOfIdentity } from "../../catalog";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { actsOnUnnamedObjects, mentions } from "../../source/mentions";

/**
 * Returns the repeatables that must run again because migrations changed what they may depend on: path → the changed
 * object. On an empty database repeatables run after all migrations, so an earlier run may have had a different result.
 *
 * A repeatable is affected if its text names a changed object, or if it acts on objects that it does not name. Only the
 * text also covers the bodies of PL/pgSQL functions. It may select too many files, never too few.
 */
export function affectedFiles(
  before: CatalogReading,
  after: CatalogReading,
  repeatables: readonly BundleFile[],
): Map<string, string> {
  const affected = new Map<string, string>();
  const changed = repeatables.length === 0 ? undefined : changedObjects(before, after);
  if (changed === undefined || changed.size === 0) return affected;
  const [anything] = changed.values();
  for (const file of repeatables) {
    const named = [...changed].find(([name]) => mentions(file, name))?.[1];
    const because = named ?? (actsOnUnnamedObjects(file) ? anything : undefined);
    if (because !== undefined) affected.set(file.path, because);
  }
  return affected;
}

/**
 * Returns bare name → identity of an object of that name that differs between two readings. Parts count as their table,
 * and so do functions that return its rows: a view of all columns of their result has other columns.
 */
function changedObjects(former: CatalogReading, now: CatalogReading): Map<string, string> {
  const [before, after] = [former.catalog, now.catalog];
  const changed = new Map<string, string>();
  const rowTypes = new Map<string, string>();
  for (const identity of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isSameObject(before[identity], after[identity])) continue;
    const { kind, parent, name: own } = partsOfIdentity(identity);
    if (kind === "applied file" || kind === "server") continue;
    const table = (after[identity] ?? before[identity])?.table;
    const owner = parent ?? (typeof table === "string" ? table : undefined);
    const name = bareName(owner ?? own);
    const because = owner === undefined ? identity : `table ${owner}`;
    if (!changed.has(name)) changed.set(name, because);
    if (!rowTypes.has(owner ?? own)) rowTypes.set(owner ?? own, because);
  }
  for (const partition of changedPartitions(former, now)) {
    const name = bareName(partsOfIdentity(partition).name);
    if (!changed.has(name)) changed.set(name, partition);
  }
  if (changed.size === 0) return changed;
  for (const [identity, { returns }] of Object.entries(after)) {
    if (typeof returns !== "string") continue;
    const name = bareName(partsOfIdentity(identity).name);
    const because = (returns.match(qualifiedName) ?? []).flatMap((type) => rowTypes.get(type) ?? []);
    if (because[0] !== undefined && !changed.has(name)) changed.set(name, because[0]);
  }
  return changed;
}

/** Returns the new, replaced and dropped partitions that match their table: a reading only has their addresses. */
function changedPartitions(former: CatalogReading, now: CatalogReading): string[] {
  const isListed = (identity: string) =>
    former.catalog[identity] !== undefined || now.catalog[identity] !== undefined;
  return [...new Set([...former.addresses.keys(), ...now.addresses.keys()])].filter(
    (identity) => former.addresses.get(identity) !== now.addresses.get(identity) && !isListed(identity),
  );
}

const qualifiedName = /(?:"(?:[^"]|"")+"|[\w$]+)\.(?:"(?:[^"]|"")+"|[\w$]+)/g;
