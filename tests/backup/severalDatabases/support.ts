import { exitCodes } from "../../../backup/exitCodes";
import type { Manifest, SourceIdentity } from "../../../backup/manifest";
import { objectKey } from "../../../backup/runName";
import { ObjectStore } from "../../../backup/store/objectStore";
import { manifestName } from "../../../foundation/backupContract";
import { commandContext, type RecordedContext } from "../support/commands";
import { startTestStore, type TestStore } from "../support/store";
import { storeBackup } from "../support/storedBackups";

/** The references of two projects. */
export const [first, second] = ["aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb"] as const;
export const ofFirst = { projectRef: first, systemIdentifier: "1" };
export const ofSecond = { projectRef: second, systemIdentifier: "2" };
export const ofServer = { projectRef: null, systemIdentifier: "3" };

/** Returns the environment of a command that is about the project. */
export const ofProject = (ref: string) => ({
  PGHOST: `db.${ref}.supabase.co`,
  PGUSER: "backup",
  PGDATABASE: "postgres",
});

/** A bucket with backups of several databases. */
export class SharedBucket {
  private constructor(readonly testStore: TestStore) {}

  static async start(): Promise<SharedBucket> {
    return new SharedBucket(await startTestStore());
  }

  async remove(): Promise<void> {
    await this.testStore.remove();
  }

  /** Removes all objects. */
  async clear(): Promise<void> {
    for (const key of await this.testStore.keys()) await this.testStore.store.remove(key);
  }

  /** Stores a backup of that day of June 2026. Returns the name of the run. */
  async storeBackup(
    day: number,
    source: Partial<SourceIdentity>,
    seal?: (manifest: Manifest) => string,
  ): Promise<string> {
    return await storeBackup(this.testStore.store, day, { source, ...(seal !== undefined && { seal }) });
  }

  contextOf(environment: Record<string, string> = {}): RecordedContext {
    return commandContext({ ...this.testStore.environment, ...environment });
  }
}

/** Calls a function before each object is read. It may throw. */
export async function beforeReads<T>(before: (key: string) => void, work: () => Promise<T>): Promise<T> {
  const original = ObjectStore.prototype.readText;
  ObjectStore.prototype.readText = async function (this: ObjectStore, key, signal) {
    before(key);
    return await original.call(this, key, signal);
  };
  try {
    return await work();
  } finally {
    ObjectStore.prototype.readText = original;
  }
}

/** Fails with a storage error for the manifest of this run. */
export const withoutManifestOf = async <T>(run: string, work: () => Promise<T>): Promise<T> =>
  await beforeReads((key) => {
    if (key === objectKey(run, manifestName)) throw new Error("the bucket does not answer");
  }, work);

/** How a command ends that such an error stops. */
export const notAnswered = { message: "the bucket does not answer", exitCode: exitCodes.storeFailed };

/** A manifest of a newer program that names the database differently. */
export const unknownFormat = (manifest: Manifest): string =>
  JSON.stringify({ ...manifest, formatVersion: 99, source: "elsewhere" });
