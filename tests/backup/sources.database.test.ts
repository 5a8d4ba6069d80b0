import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { age } from "../../backup/commands/age";
import { drill } from "../../backup/commands/drill";
import { list } from "../../backup/commands/list";
import { prune } from "../../backup/commands/prune";
import { restore } from "../../backup/commands/restore";
import { compareSize } from "../../backup/commands/run";
import { verify } from "../../backup/commands/verify";
import { exitCodes } from "../../backup/exitCodes";
import { type Manifest, type SourceIdentity, sealManifest } from "../../backup/manifest";
import { objectKey } from "../../backup/runName";
import { ObjectStore } from "../../backup/store/objectStore";
import { backupEvents, drillsPrefix, manifestName, watchPrefix } from "../../foundation/backupContract";
import { commandContext, failureOf } from "./support/commands";
import { bucket, startTestStore, type TestStore } from "./support/store";
import { now, storeBackup as storeBackupIn } from "./support/storedBackups";

// Backups of several databases in one bucket.

let testStore: TestStore;
/** Makes the names of receipts differ. */
let serial = 0;
const [first, second] = ["aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb"] as const;
const ofFirst = { projectRef: first, systemIdentifier: "1" };
const ofSecond = { projectRef: second, systemIdentifier: "2" };
const ofServer = { projectRef: null, systemIdentifier: "3" };
const ofProject = (ref: string) => ({
  PGHOST: `db.${ref}.supabase.co`,
  PGUSER: "backup",
  PGDATABASE: "postgres",
});

beforeAll(async () => {
  testStore = await startTestStore();
});

afterAll(async () => {
  await testStore?.remove();
});

beforeEach(async () => {
  for (const key of await testStore.keys()) await testStore.store.remove(key);
});

/** Calls a function before each object is read. It may throw. */
async function beforeReads<T>(before: (key: string) => void, work: () => Promise<T>): Promise<T> {
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
const withoutManifestOf = async <T>(run: string, work: () => Promise<T>): Promise<T> =>
  await beforeReads((key) => {
    if (key === objectKey(run, manifestName)) throw new Error("the bucket does not answer");
  }, work);

const notAnswered = { message: "the bucket does not answer", exitCode: exitCodes.storeFailed };

/** A manifest of a newer program that names the database differently. */
const unknownFormat = (manifest: Manifest): string =>
  JSON.stringify({ ...manifest, formatVersion: 99, source: "elsewhere" });

/** Stores a backup of that day of June 2026. */
const storeBackup = (
  day: number,
  source: Partial<SourceIdentity>,
  seal?: (manifest: Manifest) => string,
): Promise<string> => storeBackupIn(testStore.store, day, { source, ...(seal !== undefined && { seal }) });

const contextOf = (environment: Record<string, string> = {}) =>
  commandContext({ ...testStore.environment, ...environment });

/** The run that a command without a name selects. */
async function selected(environment: Record<string, string> = {}): Promise<string | undefined> {
  const [report] = await verify({}, contextOf(environment));
  return report?.run;
}

describe("the default backup", () => {
  it("is the newest of the database that the environment names, not the newest of the bucket", async () => {
    const [older, own, others] = [
      await storeBackup(1, ofFirst),
      await storeBackup(2, ofFirst),
      await storeBackup(3, ofSecond),
    ];

    expect(await selected(ofProject(first))).toBe(own);
    expect(await selected({ SUPABASE_PROJECT_REF: first })).toBe(own);
    expect(await selected({ PGHOST: "pooler.example.com", PGUSER: `backup.${second}` })).toBe(others);
    const [report] = await verify({ run: older }, contextOf(ofProject(second)));
    expect(report?.run).toBe(older);
  });

  it("must be named if there are several databases, none of them the environment's", async () => {
    const [, own, server] = [
      await storeBackup(1, ofFirst),
      await storeBackup(2, ofFirst),
      await storeBackup(3, ofServer),
    ];
    const choice = `bucket has backups of 2 databases; name one: the newest are ${own} (postgres of project ${first}), ${server} (postgres of server 3).`;
    const expected = { message: `The ${choice}`, exitCode: exitCodes.usage };

    const RESTORE_DATABASE_URL = "postgresql://postgres:x@127.0.0.1:1/postgres";
    expect(await failureOf(verify({}, contextOf()))).toEqual(expected);
    expect(await failureOf(restore({}, contextOf({ RESTORE_DATABASE_URL })))).toEqual(expected);
    expect(await failureOf(drill({}, contextOf(ofProject(second))))).toEqual({
      message: `There is no backup of postgres of project ${second}; the ${choice}`,
      exitCode: exitCodes.notFound,
    });
  });

  it("of a restore is the newest of the target, if the target has backups", async () => {
    const [own, others] = [await storeBackup(1, ofFirst), await storeBackup(2, ofSecond)];
    const checked = async (host: string): Promise<string | undefined> => {
      const RESTORE_DATABASE_URL = `postgresql://postgres.${host}:x@127.0.0.1:1/postgres`;
      const context = contextOf({ ...ofProject(second), RESTORE_DATABASE_URL });
      expect((await failureOf(restore({}, context))).exitCode).toBe(exitCodes.targetRefused);
      return context.progressed.find((line) => line.startsWith("checking backup"));
    };

    expect(await checked(first)).toBe(`checking backup ${own}`);
    expect(await checked("cccccccccccccccccccc")).toBe(`checking backup ${others}`);
  });

  it("is the newest if all are of one database, as after the loss of a project", async () => {
    const [, newest] = [await storeBackup(1, ofFirst), await storeBackup(2, ofFirst)];

    expect(await selected(ofProject(second))).toBe(newest);
    expect(await selected()).toBe(newest);
  });

  it("can be one without a project reference, if its server has backups of one project", async () => {
    const [, newest] = [
      await storeBackup(1, ofFirst),
      await storeBackup(2, { ...ofFirst, projectRef: null }),
    ];
    await storeBackup(3, ofSecond);

    expect(await selected(ofProject(first))).toBe(newest);
    // The control: with backups of two projects, it may be of either.
    await storeBackup(1, { ...ofSecond, systemIdentifier: "1" });
    expect(await selected(ofProject(first))).not.toBe(newest);
  });

  it("is a newer one whose manifest is unreadable, which may be of any database", async () => {
    await storeBackup(1, ofFirst);
    await storeBackup(1, ofSecond);
    const damaged = await storeBackup(3, ofSecond, () => "{");

    expect((await failureOf(verify({}, contextOf(ofProject(first))))).message).toBe(`Damaged: ${damaged}.`);
  });

  it("is not selected while a manifest that decides cannot be read", async () => {
    await storeBackup(1, ofFirst);
    const others = await storeBackup(2, ofSecond);

    const RESTORE_DATABASE_URL = `postgresql://postgres.${first}:x@127.0.0.1:1/postgres`;
    await withoutManifestOf(others, async () => {
      expect(await failureOf(verify({}, contextOf(ofProject(first))))).toEqual(notAnswered);
      expect(await failureOf(verify({}, contextOf()))).toEqual(notAnswered);
      expect(await failureOf(restore({}, contextOf({ RESTORE_DATABASE_URL })))).toEqual(notAnswered);
    });
  });

  it("needs no manifest of older backups, unless one names no project", async () => {
    const older = await storeBackup(1, ofSecond);
    const own = await storeBackup(2, ofFirst);
    expect(await withoutManifestOf(older, () => selected(ofProject(first)))).toBe(own);

    await storeBackup(3, { ...ofFirst, projectRef: null });
    await withoutManifestOf(older, async () => {
      expect(await failureOf(verify({}, contextOf(ofProject(first))))).toEqual(notAnswered);
    });
  });

  it("is one in an unknown newer format only without a project in the environment", async () => {
    const own = await storeBackup(1, ofFirst);
    const unknown = await storeBackup(3, ofSecond, unknownFormat);

    expect(await selected(ofProject(first))).toBe(own);
    expect(await selected(ofProject(second))).toBe(own);
    expect((await failureOf(verify({}, contextOf()))).message).toContain(unknown);
  });

  it("is not one of another database in a newer format", async () => {
    const own = await storeBackup(1, ofFirst);
    await storeBackup(3, ofSecond, (manifest) => JSON.stringify({ ...manifest, formatVersion: 99 }));

    expect(await selected(ofProject(first))).toBe(own);
  });
});

describe("the list", () => {
  it("names the database of each backup", async () => {
    const runs = [
      await storeBackup(1, ofFirst),
      await storeBackup(2, { ...ofSecond, database: "shop" }),
      await storeBackup(3, ofServer),
      await storeBackup(4, ofServer, () => "{"),
    ];
    const context = contextOf();

    const listed = await list({}, context);

    expect(listed.map(({ run, source }) => [run, source])).toEqual([
      [runs[0], `postgres of project ${first}`],
      [runs[1], `shop of project ${second}`],
      [runs[2], "postgres of server 3"],
      [runs[3], undefined],
    ]);
    expect(context.printed.join("")).toContain(`shop of project ${second}\n`);
  });
});

describe("the retention", () => {
  const policy = { dailyDays: 7, weeklyDays: 7, monthlyDays: 7, minimum: 1, now };
  const deleted = async (environment: Record<string, string>, minimum = 1) =>
    (await prune({ ...policy, minimum }, contextOf(environment)))
      .filter(({ isDeleted }) => isDeleted)
      .map(({ run }) => run);

  it("of one database keeps its newest backups, although another one has newer ones", async () => {
    const [old, stopped] = [await storeBackup(1, ofFirst), await storeBackup(2, ofFirst)];
    const [superfluous] = [await storeBackup(1, ofSecond), await storeBackup(13, ofSecond)];
    await storeBackup(14, ofSecond);

    expect(await deleted({})).toEqual([superfluous]);
    expect(await deleted({}, 2)).toEqual([superfluous]);
    const fates = await prune({ ...policy, confirm: true }, contextOf());
    expect(fates.map(({ isDeleted }) => isDeleted)).toEqual([false, true, false, false, false]);
    expect((await list({}, contextOf())).map(({ run }) => run)).toEqual(
      expect.arrayContaining([old, stopped]),
    );
  });

  it("of one database is applied, although another one has too few intact backups", async () => {
    const few = [await storeBackup(1, ofFirst), await storeBackup(14, ofFirst)];
    const superfluous = await storeBackup(1, ofSecond);
    for (const day of [12, 13, 14]) await storeBackup(day, ofSecond);

    const context = contextOf();
    expect(await failureOf(prune({ ...policy, minimum: 3, confirm: true }, context))).toEqual({
      message: `No backup of postgres of project ${first} was deleted: 2 backups are intact, and at least 3 must remain.`,
      exitCode: exitCodes.damaged,
    });

    const left = (await list({}, contextOf())).map(({ run }) => run);
    expect(left).toEqual(expect.arrayContaining(few));
    expect(left).not.toContain(superfluous);
    expect(left).toHaveLength(5);
    expect(context.printed.join("")).toContain("kept: 2 backups are intact, and at least 3 must remain");
  });

  it("of the environment's database does not affect another one's backups", async () => {
    const [own] = [await storeBackup(1, ofFirst), await storeBackup(14, ofFirst)];
    const [others] = [await storeBackup(1, ofSecond), await storeBackup(14, ofSecond)];

    const fates = await prune(policy, contextOf(ofProject(first)));

    expect(fates.filter(({ isDeleted }) => isDeleted).map(({ run }) => run)).toEqual([own]);
    expect(fates.find(({ run }) => run === others)).toEqual({
      run: others,
      isDeleted: false,
      reason: `of another database: postgres of project ${second}`,
    });
    // The control.
    expect(await deleted(ofProject(second))).toEqual([others]);
    // As the runbook deletes those of a lost project, in the environment of the new one.
    expect(await deleted({ ...ofProject(second), SUPABASE_PROJECT_REF: first })).toEqual([own]);
  });
});

describe("the ages", () => {
  const day = 24 * 3600;
  const measure = async (environment: Record<string, string>) => await age({ now }, contextOf(environment));
  const storeDrill = async (day: number, receipt: Record<string, string>) => {
    const startedAt = new Date(Date.UTC(2026, 5, day, 12));
    const key = `${drillsPrefix}${startedAt.toISOString()}-of-${++serial}.json`;
    const text = JSON.stringify({ event: backupEvents.drillPassed, startedAt, ...receipt });
    await testStore.store.putText(key, text, "application/json");
  };

  it("count only the backups and drills of the environment's database", async () => {
    const [own, others] = [await storeBackup(5, ofFirst), await storeBackup(15, ofSecond)];
    await storeDrill(6, { run: own });
    await storeDrill(7, { run: "20260101T000000000Z-00000000", source: `postgres of project ${first}` });
    await storeDrill(14, { run: others });
    await storeDrill(14, { run: "20260101T000000000Z-00000001", source: `postgres of project ${second}` });

    expect(await measure(ofProject(first))).toMatchObject({
      run: own,
      backupAgeSeconds: 10.375 * day,
      drillAgeSeconds: 8 * day,
    });
    expect(await measure(ofProject(second))).toMatchObject({ run: others, drillAgeSeconds: day });
    // Without a project in the environment, the newest of the bucket, as for a bucket with one database.
    expect(await measure({})).toMatchObject({ run: others, drillAgeSeconds: day });
  });

  it("are not measured while a manifest that decides cannot be read", async () => {
    const own = await storeBackup(5, ofFirst);
    const others = await storeBackup(15, ofSecond);
    for (const ref of [first, second])
      await storeDrill(14, { run: own, source: `postgres of project ${ref}` });

    await withoutManifestOf(others, async () => {
      expect(await failureOf(measure(ofProject(first)))).toEqual(notAnswered);
    });
    // The control: an older one does not decide.
    await withoutManifestOf(own, async () => {
      expect(await measure(ofProject(second))).toMatchObject({ run: others });
    });
  });

  it("do not count a backup in an unknown newer format, except for the whole bucket", async () => {
    const own = await storeBackup(5, ofFirst);
    const unknown = await storeBackup(14, ofSecond, unknownFormat);
    await storeDrill(14, {});

    expect(await measure(ofProject(first))).toMatchObject({ run: own });
    expect(await measure({})).toMatchObject({ run: unknown });
  });

  it("need few manifests, unless a deletion is overdue", async () => {
    for (let day = 1; day < 14; day++) await storeBackup(day, ofFirst);
    const run = await storeBackup(15, ofFirst);
    await storeDrill(14, { run, source: `postgres of project ${first}` });
    const manifests: string[] = [];
    const note = (key: string): void => void (key.endsWith(manifestName) && manifests.push(key));

    expect(await beforeReads(note, () => measure(ofProject(first)))).toMatchObject({ run });

    expect(manifests).toEqual([objectKey(run, manifestName)]);
  });

  describe("without a backup or drill", () => {
    const later = new Date(now.getTime() + 2 * day * 1000);
    const began = `${watchPrefix}began.json`;
    const ages = (seconds: number) => ({ backupAgeSeconds: seconds, drillAgeSeconds: seconds });
    /** Others than in the other tests, because a removed name cannot be reused. */
    const projects = ["c", "d", "e", "f", "g"].map((letter) => letter.repeat(20)).values();
    const project = () => {
      const projectRef = projects.next().value ?? "";
      return { environment: ofProject(projectRef), source: { projectRef, systemIdentifier: projectRef } };
    };
    /** As an older program, for the whole bucket. Replaces that of another test. */
    const storeBegan = (at: string) =>
      testStore.client.send(
        new PutObjectCommand({ Bucket: bucket, Key: began, Body: JSON.stringify({ at }) }),
      );

    it("count from the first measurement of the database in a bucket that another one used before", async () => {
      const [lost, added] = [project(), project()];
      await storeBegan("2026-01-01T00:00:00Z");
      await storeBackup(5, lost.source);

      expect(await measure(added.environment)).toMatchObject(ages(0));
      expect(await age({ now: later }, contextOf(added.environment))).toMatchObject(ages(2 * day));
      const renamed = { ...lost.environment, PGDATABASE: "shop/ä" };
      expect(await age({ now: later }, contextOf(renamed))).toMatchObject(ages(0));
      expect(await testStore.keys(watchPrefix)).toHaveLength(3);
    });

    it("count from the record of an older program if the bucket has no other database", async () => {
      const [own, added] = [project(), project()];
      await storeBegan("2026-06-10T12:00:00Z");
      expect(await measure(own.environment)).toMatchObject(ages(5 * day));

      // It stays when another stack uses the bucket, too.
      await storeBackup(15, added.source);
      expect(await measure(own.environment)).toMatchObject(ages(5 * day));
      expect(await measure(added.environment)).toMatchObject({ drillAgeSeconds: 0 });
    });

    it("count the drill from that record, too, if all backups are of this database", async () => {
      const own = project();
      await storeBegan("2026-06-10T12:00:00Z");
      await storeBackup(15, own.source);

      expect(await measure(own.environment)).toMatchObject({ drillAgeSeconds: 5 * day });
    });
  });

  it("report an overdue deletion only for the database whose prune would delete", async () => {
    const retention = {
      BACKUP_RETENTION_DAILY_DAYS: "7",
      BACKUP_RETENTION_WEEKLY_DAYS: "7",
      BACKUP_RETENTION_MONTHLY_DAYS: "7",
      BACKUP_MINIMUM_REDUNDANCY: "1",
    };
    for (const source of [ofFirst, ofSecond]) await storeBackup(source === ofFirst ? 1 : 13, source);
    await storeBackup(2, ofFirst);
    await storeBackup(14, ofSecond);
    await storeBackup(15, ofSecond);
    await storeDrill(14, {});
    const overdue = async (environment: Record<string, string>) =>
      (await measure({ ...retention, ...environment })).pruneOverdueSeconds;

    expect([await overdue({}), await overdue(ofProject(first)), await overdue(ofProject(second))]).toEqual([
      0, 0, 0,
    ]);
    await storeBackup(10, ofFirst);
    expect([await overdue({}), await overdue(ofProject(first)), await overdue(ofProject(second))]).toEqual([
      5.375 * day,
      5.375 * day,
      0,
    ]);
  });
});

describe("the comparison of sizes", () => {
  it("uses the previous backup of the same database, also one without a project reference", async () => {
    const sizeOf = (bytes: number) => (manifest: Manifest) =>
      sealManifest({ ...manifest, objects: manifest.objects.map((object) => ({ ...object, bytes })) });
    const sealed: Manifest[] = [];
    await storeBackup(1, ofFirst, sizeOf(100));
    await storeBackup(2, { ...ofFirst, projectRef: null }, sizeOf(20));
    await storeBackup(3, ofSecond, sizeOf(1000));
    await storeBackup(4, ofFirst, (own) => {
      sealed.push(own);
      return sealManifest(own);
    });
    const [manifest] = sealed;
    if (manifest === undefined) throw new Error("no manifest was sealed");
    const progress = (line: string) => {
      throw new Error(line);
    };

    expect(await compareSize(manifest, { store: testStore.store, progress })).toBe(45);
    // The control: with backups of two projects of the server, it may be of either.
    await storeBackup(1, { ...ofSecond, systemIdentifier: "1" });
    expect(await compareSize(manifest, { store: testStore.store, progress })).toBe(9);
  });
});
