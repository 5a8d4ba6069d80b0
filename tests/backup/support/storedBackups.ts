import { createHash } from "node:crypto";
import { type Manifest, manifestVersion, type SourceIdentity, sealManifest } from "../../../backup/manifest";
import { objectKey } from "../../../backup/runName";
import type { ObjectStore } from "../../../backup/store/objectStore";
import { manifestName } from "../../../foundation/backupContract";

/** The time at which the commands look at stored backups. */
export const now = new Date("2026-06-15T12:00:00Z");

/** Makes the names of runs differ, because a removed name cannot be reused. */
let serial = 0;

export interface StoredBackup {
  /** Default: a database of a server without a project. */
  readonly source?: Partial<SourceIdentity>;
  /** Content of the only object; another one than the manifest's is damage. Default: the manifest's. */
  readonly stored?: string;
  /** Returns the text of the manifest. Default: a valid one. */
  readonly seal?: (manifest: Manifest) => string;
}

/** Stores a complete backup with one small object, dated on that day of June 2026. Returns the name of the run. */
export async function storeBackup(
  store: ObjectStore,
  day: number,
  { source = {}, stored = "select 1;", seal = sealManifest }: StoredBackup = {},
): Promise<string> {
  const run = `202606${String(day).padStart(2, "0")}T030000000Z-${String(++serial).padStart(8, "0")}`;
  const text = "select 1;";
  const sha256 = createHash("sha256").update(text).digest("hex");
  const manifest: Manifest = {
    ...{ formatVersion: manifestVersion, run, snapshot: "1-1" },
    tool: { version: "0", pgDump: "17.2", zstd: "1.5.4" },
    source: {
      ...{ systemIdentifier: "1", database: "postgres", databaseOid: 5, lsn: "0/1", projectRef: null },
      ...{ serverVersion: "15.20", serverMajor: 15 },
      ...source,
    },
    ...{ startedAt: now.toISOString(), finishedAt: now.toISOString(), largeObjects: 0 },
    ...{ schemas: [], roles: [], extensions: [], tables: [], sequences: [], notCovered: [] },
    objects: [{ name: "globals.sql", kind: "sql", content: "globals", bytes: text.length, sha256 }],
  };
  await store.putText(objectKey(run, "globals.sql"), stored, "application/sql");
  await store.putText(objectKey(run, manifestName), seal(manifest), "application/json");
  return run;
}
