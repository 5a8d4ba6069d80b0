import { type Catalog, diffCatalogs } from "../../catalog";
import type { History } from "../../history/history";
import type { BundleFile } from "../../source/files";

/** Returns identity → path of the repeatable that creates it, if the bundle still has that file. */
export function makersOf(history: History, local: readonly BundleFile[]): Map<string, string> {
  const paths = new Set(local.map((file) => file.path));
  const makers = new Map<string, string>();
  for (const file of history.files.values()) {
    if (!paths.has(file.path)) continue;
    for (const { identity } of file.objects) if (identity !== undefined) makers.set(identity, file.path);
  }
  return makers;
}

/** Returns path → an identity that differs from what the file created. Extra objects belong to no file. */
export function driftedFiles(
  expected: Catalog,
  live: Catalog,
  makers: ReadonlyMap<string, string>,
): Map<string, string> {
  const files = new Map<string, string>();
  if (makers.size === 0) return files;
  for (const { identity, kind } of diffCatalogs(expected, live)) {
    const path = makers.get(identity);
    if (kind !== "extra" && path !== undefined && !files.has(path)) files.set(path, identity);
  }
  return files;
}
