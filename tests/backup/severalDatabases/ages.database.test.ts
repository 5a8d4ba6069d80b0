import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { age } from "../../../backup/commands/age";
import { objectKey } from "../../../backup/runName";
import { backupEvents, drillsPrefix, manifestName, watchPrefix } from "../../../foundation/backupContract";
import { failureOf } from "../support/commands";
import { bucket } from "../support/store";
import { now } from "../support/storedBackups";
import {
  beforeReads,
  first,
  notAnswered,
  ofFirst,
  ofProject,
  ofSecond,
  SharedBucket,
  second,
  unknownFormat,
  withoutManifestOf,
} from "./support";

let shared: SharedBucket;
beforeAll(async () => {
  shared = await SharedBucket.start();
});
afterAll(() => shared?.remove());
beforeEach(() => shared.clear());

/** Makes the names of receipts differ. */
let serial = 0;

describe("the ages", () => {
  const day = 24 * 3600;
  const measure = async (environment: Record<string, string>) =>
    await age({ now }, shared.contextOf(environment));
  const storeDrill = async (day: number, receipt: Record<string, string>) => {
    const startedAt = new Date(Date.UTC(2026, 5, day, 12));
    const key = `${drillsPrefix}${startedAt.toISOString()}-of-${++serial}.json`;
    const text = JSON.stringify({ event: backupEvents.drillPassed, startedAt, ...receipt });
    await shared.testStore.store.putText(key, text, "application/json");
  };

  it("count only the backups and drills of the environment's database", async () => {
    const [own, others] = [await shared.storeBackup(5, ofFirst), await shared.storeBackup(15, ofSecond)];
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
    const own = await shared.storeBackup(5, ofFirst);
    const others = await shared.storeBackup(15, ofSecond);
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
    const own = await shared.storeBackup(5, ofFirst);
    const unknown = await shared.storeBackup(14, ofSecond, unknownFormat);
    await storeDrill(14, {});

    expect(await measure(ofProject(first))).toMatchObject({ run: own });
    expect(await measure({})).toMatchObject({ run: unknown });
  });

  it("need few manifests, unless a deletion is overdue", async () => {
    for (let day = 1; day < 14; day++) await shared.storeBackup(day, ofFirst);
    const run = await shared.storeBackup(15, ofFirst);
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
      shared.testStore.client.send(
        new PutObjectCommand({ Bucket: bucket, Key: began, Body: JSON.stringify({ at }) }),
      );

    it("count from the first measurement of the database in a bucket that another one used before", async () => {
      const [lost, added] = [project(), project()];
      await storeBegan("2026-01-01T00:00:00Z");
      await shared.storeBackup(5, lost.source);

      expect(await measure(added.environment)).toMatchObject(ages(0));
      expect(await age({ now: later }, shared.contextOf(added.environment))).toMatchObject(ages(2 * day));
      const renamed = { ...lost.environment, PGDATABASE: "shop/ä" };
      expect(await age({ now: later }, shared.contextOf(renamed))).toMatchObject(ages(0));
      expect(await shared.testStore.keys(watchPrefix)).toHaveLength(3);
    });

    it("count from the record of an older program if the bucket has no other database", async () => {
      const [own, added] = [project(), project()];
      await storeBegan("2026-06-10T12:00:00Z");
      expect(await measure(own.environment)).toMatchObject(ages(5 * day));

      // It stays when another stack uses the bucket, too.
      await shared.storeBackup(15, added.source);
      expect(await measure(own.environment)).toMatchObject(ages(5 * day));
      expect(await measure(added.environment)).toMatchObject({ drillAgeSeconds: 0 });
    });

    it("count the drill from that record, too, if all backups are of this database", async () => {
      const own = project();
      await storeBegan("2026-06-10T12:00:00Z");
      await shared.storeBackup(15, own.source);

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
    for (const source of [ofFirst, ofSecond]) await shared.storeBackup(source === ofFirst ? 1 : 13, source);
    await shared.storeBackup(2, ofFirst);
    await shared.storeBackup(14, ofSecond);
    await shared.storeBackup(15, ofSecond);
    await storeDrill(14, {});
    const overdue = async (environment: Record<string, string>) =>
      (await measure({ ...retention, ...environment })).pruneOverdueSeconds;

    expect([await overdue({}), await overdue(ofProject(first)), await overdue(ofProject(second))]).toEqual([
      0, 0, 0,
    ]);
    await shared.storeBackup(10, ofFirst);
    expect([await overdue({}), await overdue(ofProject(first)), await overdue(ofProject(second))]).toEqual([
      5.375 * day,
      5.375 * day,
      0,
    ]);
  });
});
