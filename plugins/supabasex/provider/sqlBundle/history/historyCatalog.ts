import type { Catalog, CatalogObject } from "../catalog/catalog";
import { migrationOf } from "../source/files";
import type { History, KnownFile } from "./history";

/**
 * Returns the history as part of the catalog, so a manual change of it is drift like any other: a row per file with its
 * hash, and for a migration the version in schema_migrations.
 */
export function historyCatalog(history: History): Catalog {
  return historyObjects(history.files.values(), new Set(history.versions));
}

/** Returns the objects that represent applied files. */
export function historyObjects(files: Iterable<KnownFile>, versions: ReadonlySet<string>): Catalog {
  const objects: Record<string, CatalogObject> = {};
  for (const file of files) {
    const version = migrationOf(file.path)?.version;
    const recorded = version === undefined ? undefined : versions.has(version);
    objects[`applied file ${file.path}`] =
      recorded === undefined ? { sha256: file.sha256 } : { sha256: file.sha256, versionRecorded: recorded };
  }
  return objects;
}
