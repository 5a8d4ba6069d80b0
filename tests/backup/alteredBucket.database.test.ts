import {
  CopyObjectCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { age } from "../../backup/commands/age";
import { drill } from "../../backup/commands/drill";
import { list } from "../../backup/commands/list";
import { prune } from "../../backup/commands/prune";
import { restore } from "../../backup/commands/restore";
import { verify } from "../../backup/commands/verify";
import { objectKey } from "../../backup/runName";
import { ObjectStore } from "../../backup/store/objectStore";
import { drillsPrefix, manifestName } from "../../foundation/backupContract";
import { commandContext, failureOf } from "./support/commands";
import { bucket, startTestStore, type TestStore } from "./support/store";
import { now, storeBackup } from "./support/storedBackups";

// A bucket whose objects a user hid, copied over each other or deleted while a command read them.

let testStore: TestStore;
const globals = "globals.sql";

beforeAll(async () => {
  testStore = await startTestStore();
});

afterAll(() => testStore?.remove());

beforeEach(async () => {
  for (const key of await testStore.keys()) await testStore.store.remove(key);
});

const context = (variables: Record<string, string> = {}) =>
  commandContext({ ...testStore.environment, ...variables });
/** A target that no command reaches, because the backup is refused first. */
const nowhere = { RESTORE_DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none" };
const policy = { dailyDays: 1, weeklyDays: 1, monthlyDays: 1, now, confirm: true };

const hide = async (key: string): Promise<string> =>
  (await testStore.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))).VersionId ?? "";
const copy = async (from: string, to: string) =>
  await testStore.client.send(
    new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: `${bucket}/${from}` }),
  );
/** Returns what verify reports, without what is intact. */
const findingsOf = async (run: string): Promise<string[]> => {
  const verifying = context();
  const { exitCode } = await failureOf(verify({ run }, verifying));
  const lines = verifying.printed.join("\n").split("\n");
  return [String(exitCode), ...lines.slice(1).filter((line) => !line.endsWith(": intact"))];
};

describe("an object that a delete marker hides", () => {
  it("is named with its marker by verify and restore, and does not count for list, age and prune", async () => {
    const [oldest, older, hidden] = [
      await storeBackup(testStore.store, 1),
      await storeBackup(testStore.store, 10),
      await storeBackup(testStore.store, 14),
    ];
    const marker = await hide(objectKey(hidden, globals));
    const line = `  ${globals}: hidden (its latest version is the delete marker ${marker}; delete this marker to restore the object)`;

    expect(await findingsOf(hidden)).toEqual(["5", line]);
    const restoring = context(nowhere);
    expect((await failureOf(restore({ run: hidden }, restoring))).exitCode).toBe(5);
    expect(restoring.printed.join("\n")).toContain(line);
    const listing = context();
    expect((await list({}, listing)).map(({ state }) => state)).toEqual([
      "complete",
      "complete",
      "objects missing",
    ]);
    expect(listing.progressed).toEqual([
      `${hidden}: objects missing: missing or of another size: ${globals}; run \`backup verify ${hidden}\``,
    ]);
    expect((await age({ now }, context())).run).toBe(older);
    const pruning = context();
    const { exitCode, message } = await failureOf(prune({ ...policy, minimum: 3 }, pruning));
    expect([exitCode, message]).toEqual([5, expect.stringContaining(`not intact: ${hidden} (damaged)`)]);
    expect(pruning.progressed).toContain(`${hidden}: damaged\n${line}\n  it does not count`);
    expect((await list({}, context())).map(({ run }) => run)).toContain(oldest);

    // The control: the advice helps.
    await testStore.client.send(
      new DeleteObjectCommand({ Bucket: bucket, Key: objectKey(hidden, globals), VersionId: marker }),
    );
    expect((await verify({ run: hidden }, context()))[0]?.verdict).toBe("intact");
  });

  it("and that was overwritten before is reported with its first version", async () => {
    const run = await storeBackup(testStore.store, 14);
    const Key = objectKey(run, globals);
    const { Versions: [original] = [] } = await testStore.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
    );
    await testStore.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "select 2;" }));
    await hide(Key);

    expect(await findingsOf(run)).toEqual([
      "5",
      expect.stringMatching(/^ {2}globals\.sql: hidden /),
      `  ${globals}: overwritten (3 versions; the first is ${original?.VersionId})`,
    ]);
  });

  it("twice is named with both markers", async () => {
    const run = await storeBackup(testStore.store, 14);
    const markers = [await hide(objectKey(run, globals)), await hide(objectKey(run, globals))];
    const [code, line = ""] = await findingsOf(run);
    expect([code, markers.filter((marker) => !line.includes(marker))]).toEqual(["5", []]);
    expect(line).toContain("; delete these markers to restore the object)");
  });

  it("but has no version any more is missing", async () => {
    const run = await storeBackup(testStore.store, 14);
    const Key = objectKey(run, globals);
    const { Versions: [original] = [] } = await testStore.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
    );
    await hide(Key);
    await testStore.client.send(
      new DeleteObjectCommand({ Bucket: bucket, Key, VersionId: original?.VersionId }),
    );
    expect(await findingsOf(run)).toEqual(["5", `  ${globals}: missing`]);

    const manifest = objectKey(run, manifestName);
    const { Versions: [written] = [] } = await testStore.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: manifest }),
    );
    await hide(manifest);
    await testStore.client.send(
      new DeleteObjectCommand({ Bucket: bucket, Key: manifest, VersionId: written?.VersionId }),
    );
    expect((await failureOf(verify({ run }, context()))).message).toMatch(/^There is no complete backup /);
  });

  it("can be the manifest: then the backup does not exist", async () => {
    const run = await storeBackup(testStore.store, 14);
    const marker = await hide(objectKey(run, manifestName));

    const { exitCode, message } = await failureOf(verify({ run }, context()));

    expect([exitCode, message]).toEqual([
      8,
      `The manifest of backup ${run} is hidden by the delete marker ${marker}: delete this marker to get the backup back.`,
    ]);

    // As prune does.
    await hide(objectKey(run, globals));
    expect((await failureOf(verify({ run }, context()))).message).toBe(
      `The manifest of backup ${run} is hidden by the delete marker ${marker}: \`prune\` or a user deleted the backup. To get it back, also delete the markers of its other objects (1).`,
    );

    // A store without versions.
    const { listVersions } = ObjectStore.prototype;
    ObjectStore.prototype.listVersions = async () => {
      throw new Error("NotImplemented");
    };
    try {
      expect(await failureOf(verify({ run }, context()))).toEqual({
        message: `There is no complete backup ${run} in the bucket: \`backup list --all\` lists all runs.`,
        exitCode: 8,
      });
    } finally {
      ObjectStore.prototype.listVersions = listVersions;
    }
  });
});

describe("objects of two backups that were exchanged", () => {
  it("are neither verified nor restored, and both backups stay", async () => {
    const [first, second, third] = [
      await storeBackup(testStore.store, 1, { stored: "select 2;" }),
      await storeBackup(testStore.store, 2),
      await storeBackup(testStore.store, 14),
    ];
    await copy(objectKey(first, globals), objectKey(second, globals));
    await copy(objectKey(second, manifestName), objectKey(third, manifestName));

    expect(await findingsOf(second)).toEqual([
      "5",
      expect.stringMatching(/^ {2}globals\.sql: altered /),
      expect.stringMatching(/^ {2}globals\.sql: overwritten \(2 versions; /),
    ]);
    expect(await findingsOf(third)).toEqual(["5", `  manifest misplaced: it belongs to run ${second}`]);
    for (const run of [second, third])
      expect((await failureOf(restore({ run }, context(nowhere)))).exitCode).toBe(5);
    await prune({ ...policy, minimum: 1 }, context());
    expect(await testStore.keys("runs/")).toHaveLength(6);
  });
});

describe("an object that is no part of a backup", () => {
  it("is named with its key if the console of S3 created it for a folder", async () => {
    const run = await storeBackup(testStore.store, 14);
    await testStore.client.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(run, ""), Body: "" }));
    expect(await findingsOf(run)).toEqual(["5", `  ${objectKey(run, "")}: unknown object`]);

    // Its deletion leaves a marker, which is no damage.
    await hide(objectKey(run, ""));
    expect((await verify({ run }, context()))[0]?.verdict).toBe("intact");
  });

  it("and was deleted does not damage the backup", async () => {
    const run = await storeBackup(testStore.store, 14);
    const Key = objectKey(run, "notes.txt");
    for (const Body of ["first", "second"])
      await testStore.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    expect(await findingsOf(run)).toEqual(["5", "  notes.txt: unknown object"]);
    await hide(Key);
    expect((await verify({ run }, context()))[0]?.verdict).toBe("intact");
  });
});

/** Deletes a backup, as `prune` does, when its object is read, or its versions are listed. */
async function deletedMeanwhile<T>(run: string, work: () => Promise<T>): Promise<T> {
  const { open, listVersions } = ObjectStore.prototype;
  const remove = async (): Promise<void> => {
    for (const object of [manifestName, globals]) await testStore.store.remove(objectKey(run, object));
  };
  ObjectStore.prototype.open = async function (this: ObjectStore, key, signal) {
    if (key === objectKey(run, globals)) await remove();
    return await open.call(this, key, signal);
  };
  ObjectStore.prototype.listVersions = async function (this: ObjectStore, prefix, signal) {
    if (prefix === objectKey(run, "")) await remove();
    return await listVersions.call(this, prefix, signal);
  };
  try {
    return await work();
  } finally {
    Object.assign(ObjectStore.prototype, { open, listVersions });
  }
}

describe("a backup that is deleted while a command reads it", () => {
  it("is not damaged: verify of all goes on with the others, and verify of it alone says what happened", async () => {
    const [first, second] = [await storeBackup(testStore.store, 1), await storeBackup(testStore.store, 14)];
    const verifying = context();
    const reports = await deletedMeanwhile(first, () => verify({ all: true }, verifying));
    expect(reports.map(({ run, verdict }) => [run, verdict])).toEqual([[second, "intact"]]);
    const message = `Backup ${first} was deleted while it was read; name another one: \`backup list\` shows them.`;
    expect(verifying.progressed).toContain(message);

    const failing = deletedMeanwhile(second, () => verify({ run: second }, context()));
    expect(await failureOf(failing)).toEqual({
      message: `Backup ${second} was deleted while it was read; name another one: \`backup list\` shows them.`,
      exitCode: 8,
    });
  });

  it("fails verify of all if no other one is left", async () => {
    const run = await storeBackup(testStore.store, 14);
    expect(await failureOf(deletedMeanwhile(run, () => verify({ all: true }, context())))).toEqual({
      message: "All backups were deleted while they were read.",
      exitCode: 8,
    });
  });

  it("is reported as damaged if its manifest cannot be read again", async () => {
    const run = await storeBackup(testStore.store, 14, { stored: "select 2;" });
    const { readText } = ObjectStore.prototype;
    let reads = 0;
    ObjectStore.prototype.readText = async function (this: ObjectStore, key, signal) {
      if (key === objectKey(run, manifestName) && ++reads > 1) throw new Error("no response");
      return await readText.call(this, key, signal);
    };
    try {
      expect((await findingsOf(run))[0]).toBe("5");
    } finally {
      ObjectStore.prototype.readText = readText;
    }
    expect(reads).toBe(2);
  });

  it("is not a failed drill", async () => {
    const run = await storeBackup(testStore.store, 14);
    const { message, exitCode } = await failureOf(
      deletedMeanwhile(run, () => drill({ run }, context({ BACKUP_PARALLEL_DUMPS: "1" }))),
    );
    expect([exitCode, message]).toEqual([
      11,
      `The drill did not run: Backup ${run} was deleted while it was read; name another one: \`backup list\` shows them.`,
    ]);
    expect(await testStore.keys(drillsPrefix)).toEqual([]);
    // The control: a backup that is there and lacks an object is damaged.
    const damaged = await storeBackup(testStore.store, 13);
    await testStore.store.remove(objectKey(damaged, globals));
    expect((await failureOf(drill({ run: damaged }, context()))).exitCode).toBe(5);
    expect(await testStore.keys(drillsPrefix)).toHaveLength(1);
  });
});

describe("a run without a manifest", () => {
  it("that is completed while prune decides is kept", async () => {
    const run = await storeBackup(testStore.store, 1);
    const original = ObjectStore.prototype.list;
    let lists = 0;
    ObjectStore.prototype.list = async function (this: ObjectStore, prefix, signal) {
      const listed = await original.call(this, prefix, signal);
      lists += 1;
      return lists === 1 ? listed.filter(({ key }) => !key.endsWith(manifestName)) : listed;
    };
    const pruning = context();
    try {
      await prune({ ...policy, now: new Date(Date.now() + 48 * 3_600_000) }, pruning);
    } finally {
      ObjectStore.prototype.list = original;
    }
    expect(pruning.progressed).toContain(`kept ${run}: it was completed meanwhile`);
    expect((await verify({ run }, context()))[0]?.verdict).toBe("intact");
  });
});
