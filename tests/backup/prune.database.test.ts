import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { list } from "../../backup/commands/list";
import { type PruneOptions, prune } from "../../backup/commands/prune";
import { newRunName, objectKey } from "../../backup/runName";
import { ObjectStore } from "../../backup/store/objectStore";
import { manifestName } from "../../foundation/backupContract";
import { commandContext, failureOf } from "./support/commands";
import { bucket, startTestStore, type TestStore } from "./support/store";
import { now, storeBackup as storeBackupIn } from "./support/storedBackups";

let testStore: TestStore;
const policy: PruneOptions = { dailyDays: 7, weeklyDays: 7, monthlyDays: 7, minimum: 2, now };

beforeAll(async () => {
  testStore = await startTestStore();
});

afterAll(async () => {
  await testStore?.remove();
});

beforeEach(async () => {
  for (const key of await testStore.keys()) await testStore.store.remove(key);
});

/** Stores a backup of that day of June 2026. */
const storeBackup = (day: number, stored?: string): Promise<string> =>
  storeBackupIn(testStore.store, day, stored === undefined ? {} : { stored });

const context = () => commandContext({ ...testStore.environment });
const complete = async () => (await list({}, context())).map(({ run }) => run);

describe("backup prune", () => {
  it("deletes nothing before a confirmation, and then what it announced", async () => {
    const [old, , fresh] = [await storeBackup(1), await storeBackup(12), await storeBackup(14)];
    const decided = await prune(policy, context());
    expect(decided.filter(({ isDeleted }) => isDeleted)).toEqual([
      { run: old, isDeleted: true, reason: "older than the policy keeps" },
    ]);
    expect(await complete()).toHaveLength(3);

    expect(await prune({ ...policy, confirm: true }, context())).toEqual(decided);
    expect(await complete()).not.toContain(old);
    expect(await complete()).toContain(fresh);
    expect(
      (await prune({ ...policy, confirm: true }, context())).filter(({ isDeleted }) => isDeleted),
    ).toEqual([]);
  });

  it("keeps the newest intact backups regardless of age; a damaged one does not count", async () => {
    // The first is deleted, the second is one of the two intact ones, and the last does not affect the age of the others.
    const [, second, third] = [await storeBackup(1), await storeBackup(3), await storeBackup(11)];
    const damaged = await storeBackup(14, "select 2;");
    const fates = await prune({ ...policy, confirm: true }, context());
    expect(await complete()).toEqual([second, third, damaged]);
    expect(fates.at(-1)?.reason).toBe("kept for inspection: damaged");
  });

  it("deletes nothing if fewer than the minimum are intact", async () => {
    await storeBackup(1);
    await storeBackup(12, "select 2;");
    await storeBackup(14);
    const options = { ...policy, minimum: 3, dailyDays: 1, weeklyDays: 1, monthlyDays: 1 };
    expect(await failureOf(prune({ ...options, confirm: true }, context()))).toEqual({
      message: expect.stringMatching(
        /^No backup of postgres of server 1 was deleted: 2 backups are intact, and at least 3 must remain; not intact: 20260612T\S+ \(damaged\)\.$/,
      ),
      exitCode: 5,
    });
    expect(await complete()).toHaveLength(3);
  });

  it("deletes leftovers of interrupted runs after a day, and no other objects", async () => {
    // Their objects are as old as the test.
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    const keys = {
      old: "runs/20260614T110000000Z-00000000/data-001.sql.zst",
      young: objectKey(newRunName(new Date(tomorrow.getTime() - 23 * 3_600_000)), "data-001.sql.zst"),
      foreign: "runs/notes/readme.txt",
      outside: "other/20200101T000000000Z-00000000/x",
    };
    for (const key of Object.values(keys)) await testStore.store.putText(key, "x", "text/plain");
    // Whose objects are young: it may still be running.
    await prune({ ...policy, now: new Date(tomorrow.getTime() - 2 * 3_600_000), confirm: true }, context());
    expect(await testStore.keys()).toHaveLength(4);
    await prune({ ...policy, now: tomorrow, confirm: true }, context());
    expect(await testStore.keys()).toEqual([keys.outside, keys.young, keys.foreign].sort());
  });

  it("keeps a backup whose manifest is hidden for a week from its marker", async () => {
    const run = await storeBackup(1);
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: objectKey(run, manifestName) });
    const { VersionId: marker } = await testStore.client.send(command);
    const inDays = (days: number) => ({
      ...{ ...policy, confirm: true },
      now: new Date(Date.now() + days * 86_400_000),
    });
    const reason = `its manifest is hidden by the delete marker ${marker}`;
    expect(await prune(inDays(6), context())).toEqual([{ run, isDeleted: false, reason }]);
    expect(await testStore.keys()).toEqual([objectKey(run, "globals.sql")]);
    expect(await prune(inDays(8), context())).toEqual([{ run, isDeleted: true, reason }]);
    expect(await testStore.keys()).toEqual([]);
  });

  it("keeps a run with an unfinished upload for three days, and one that writes while prune decides", async () => {
    const run = "20260614T110000000Z-00000002";
    await testStore.store.putText(objectKey(run, "globals.sql"), "x", "text/plain");
    const Key = objectKey(run, "data-001.sql.zst");
    const { UploadId } = await testStore.client.send(
      new CreateMultipartUploadCommand({ Bucket: bucket, Key }),
    );
    const inHours = (hours: number) => ({
      ...{ ...policy, confirm: true },
      now: new Date(Date.now() + hours * 3_600_000),
    });
    expect(await prune(inHours(71), context())).toEqual([
      { run, isDeleted: false, reason: "without a manifest; may still be running" },
    ]);
    expect(await testStore.unfinishedUploads()).toBe(1);

    // The upload ends after the first listing, and its object is young.
    const { unfinishedUploads } = ObjectStore.prototype;
    let isCompleted = false;
    ObjectStore.prototype.unfinishedUploads = async function (this: ObjectStore, prefix, signal) {
      if (isCompleted) return await unfinishedUploads.call(this, prefix, signal);
      isCompleted = true;
      await testStore.client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      await testStore.store.putText(Key, "x", "text/plain");
      return [];
    };
    const { list: original } = ObjectStore.prototype;
    ObjectStore.prototype.list = async function (this: ObjectStore, prefix, signal) {
      const listed = await original.call(this, prefix, signal);
      const later = new Date(Date.now() + 24 * 3_600_000);
      return listed.map((one) => (one.key === Key ? { ...one, modified: later } : one));
    };
    const pruning = context();
    try {
      await prune(inHours(25), pruning);
    } finally {
      Object.assign(ObjectStore.prototype, { unfinishedUploads, list: original });
    }
    expect(pruning.progressed).toEqual([`kept ${run}: without a manifest; may still be running`]);
    expect(await testStore.keys()).toHaveLength(2);
    // The control: without a sign of life, it is deleted.
    await prune(inHours(25), context());
    expect(await testStore.keys()).toEqual([]);
  });

  it("fails if a run is completed while its objects are deleted", async () => {
    const run = "20260614T110000000Z-00000001";
    await testStore.store.putText(objectKey(run, "globals.sql"), "x", "text/plain");
    const original = ObjectStore.prototype.remove;
    ObjectStore.prototype.remove = async function (this: ObjectStore, key, signal) {
      if (!key.endsWith(manifestName))
        await testStore.store.putText(objectKey(run, manifestName), "{}", "application/json");
      await original.call(this, key, signal);
    };
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    try {
      expect(await failureOf(prune({ ...policy, now: tomorrow, confirm: true }, context()))).toEqual({
        message: `Completed while their objects were deleted, so they are no backups: ${run}.`,
        exitCode: 4,
      });
    } finally {
      ObjectStore.prototype.remove = original;
    }
    expect(await testStore.keys()).toEqual([]);
  });

  it("keeps a backup with a damaged manifest for inspection", async () => {
    const run = "20260101T030000000Z-00000000";
    await testStore.store.putText(objectKey(run, manifestName), "{", "application/json");
    expect(await prune({ ...policy, confirm: true }, context())).toEqual([
      { run, isDeleted: false, reason: "kept for inspection: manifest damaged" },
    ]);
    expect(await testStore.keys()).toEqual([objectKey(run, manifestName)]);
  });

  it("uses the environment of the task without options on the command line", async () => {
    const retention = {
      BACKUP_RETENTION_DAILY_DAYS: "7",
      BACKUP_RETENTION_WEEKLY_DAYS: "7",
      BACKUP_RETENTION_MONTHLY_DAYS: "7",
      BACKUP_MINIMUM_REDUNDANCY: "1",
    };
    const [first] = [await storeBackup(1), await storeBackup(2), await storeBackup(3), await storeBackup(14)];
    const countDeleted = async (environment: Record<string, string>, options: PruneOptions = {}) => {
      const scheduled = commandContext({ ...testStore.environment, ...environment });
      return (await prune({ now, ...options }, scheduled)).filter((fate) => fate.isDeleted).length;
    };

    expect(await countDeleted(retention)).toBe(3);
    expect(await countDeleted({ ...retention, BACKUP_MINIMUM_REDUNDANCY: "3" })).toBe(1);
    expect(await countDeleted({ ...retention, BACKUP_RETENTION_DAILY_DAYS: "12" })).toBe(1);
    expect(await countDeleted(retention, { dailyDays: 12 })).toBe(1);
    // The control: the configuration's defaults keep all of them.
    expect(await countDeleted({})).toBe(0);
    expect(await complete()).toContain(first);
  });

  it("does not count an overwritten backup as intact, and never deletes the newest intact one", async () => {
    const [old, , newest] = [await storeBackup(1), await storeBackup(13), await storeBackup(14)];
    const Key = objectKey(newest, "globals.sql");
    await testStore.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "select 1;" }));
    const fates = await prune({ ...policy, minimum: 2, confirm: true }, context());
    expect(fates.find(({ run }) => run === old)).toEqual({
      run: old,
      isDeleted: false,
      reason: "one of the newest 2 that are intact",
    });
  });

  it("deletes several hundred objects of one run, the manifest first", async () => {
    const run = await storeBackup(1);
    await storeBackup(12);
    await storeBackup(13);
    const numbers = Array.from({ length: 300 }, (_, number) => number).values();
    const worker = async () => {
      for (const number of numbers) {
        await testStore.store.putText(objectKey(run, `data-${number}.sql.zst`), "x", "text/plain");
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await prune({ ...policy, confirm: true }, context());
    expect(await testStore.keys(`runs/${run}/`)).toEqual([]);
    expect(await complete()).toHaveLength(2);
  });

  it("continues with the others if one cannot be deleted, and fails with its name", async () => {
    const [first, second] = [await storeBackup(1), await storeBackup(2)];
    await storeBackup(12);
    await storeBackup(13);
    const original = ObjectStore.prototype.remove;
    ObjectStore.prototype.remove = async function (this: ObjectStore, key, signal) {
      if (key === objectKey(first, manifestName)) throw new Error(`${key} is held`);
      await original.call(this, key, signal);
    };
    try {
      const { message, exitCode } = await failureOf(prune({ ...policy, confirm: true }, context()));
      expect([exitCode, message]).toEqual([
        4,
        `Not everything was deleted:\n${objectKey(first, manifestName)} is held`,
      ]);
    } finally {
      ObjectStore.prototype.remove = original;
    }
    expect(await complete()).toContain(first);
    expect(await complete()).not.toContain(second);
  });

  it("hides a backup before it deletes its objects", async () => {
    const run = await storeBackup(1);
    await storeBackup(12);
    await storeBackup(13);
    const removed: string[] = [];
    const original = ObjectStore.prototype.remove;
    ObjectStore.prototype.remove = async function (this: ObjectStore, key, signal) {
      removed.push(key);
      await original.call(this, key, signal);
    };
    try {
      await prune({ ...policy, confirm: true }, context());
    } finally {
      ObjectStore.prototype.remove = original;
    }
    expect(removed).toEqual([objectKey(run, manifestName), objectKey(run, "globals.sql")]);
  });
});
