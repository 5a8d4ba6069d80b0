import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { age } from "../../backup/commands/age";
import { exitCodes } from "../../backup/exitCodes";
import { type Manifest, manifestVersion, sealManifest } from "../../backup/manifest";
import { objectKey } from "../../backup/runName";
import { backupEvents, drillsPrefix, manifestName } from "../../foundation/backupContract";
import { commandContext, failureOf } from "./support/commands";
import { bucket, startTestStore, type TestStore } from "./support/store";

// The ages that alarms watch, measured on a real S3 server.
let testStore: TestStore;
/** Makes the names of runs unique between tests, because a removed name cannot be reused. */
let serial = 0;
const now = new Date("2026-06-15T12:00:00Z");
const hour = 3600;

beforeAll(async () => {
  testStore = await startTestStore();
});

afterAll(async () => {
  await testStore?.remove();
});

beforeEach(async () => {
  for (const key of await testStore.keys()) await testStore.store.remove(key);
});

const hoursAgo = (hours: number) => new Date(now.getTime() - hours * hour * 1000);

/** Creates a run that is this many hours old, with this text as its manifest. */
async function storeRun(hours: number, manifest?: (run: string) => string): Promise<string> {
  const start = hoursAgo(hours).toISOString().replace(/[-:.]/g, "");
  const run = `${start}-${String(++serial).padStart(8, "0")}`;
  await testStore.store.putText(objectKey(run, "globals.sql"), "select 1;", "text/plain");
  if (manifest !== undefined)
    await testStore.store.putText(objectKey(run, manifestName), manifest(run), "application/json");
  return run;
}

const intact = (run: string): string => {
  const manifest: Manifest = {
    ...{ formatVersion: manifestVersion, run, snapshot: "1-1" },
    tool: { version: "0", pgDump: "17.2", zstd: "1.5.4" },
    source: {
      ...{ systemIdentifier: "1", database: "postgres", databaseOid: 5, lsn: "0/1" },
      ...{ serverVersion: "17.2", serverMajor: 17, projectRef: null },
    },
    ...{ startedAt: now.toISOString(), finishedAt: now.toISOString(), largeObjects: 0 },
    ...{ schemas: [], roles: [], extensions: [], tables: [], sequences: [], notCovered: [], objects: [] },
  };
  return sealManifest(manifest);
};

async function storeDrill(hours: number, event: string): Promise<void> {
  const startedAt = hoursAgo(hours);
  const key = `${drillsPrefix}${startedAt.toISOString().replace(/[-:.]/g, "")}-of-x.json`;
  await testStore.store.putText(key, JSON.stringify({ event, startedAt }), "application/json");
}

const measure = (at = now) => age({ now: at }, commandContext(testStore.environment));

test("the age counts from the newest backup and the last passed drill", async () => {
  await storeRun(30, intact);
  const newest = await storeRun(5, intact);
  await storeDrill(50, backupEvents.drillPassed);
  await storeDrill(20, backupEvents.drillPassed);
  await storeDrill(2, backupEvents.drillFailed);
  const context = commandContext(testStore.environment);

  const measured = await age({ now }, context);

  expect(measured).toEqual({
    event: "age measured",
    run: newest,
    backupAgeSeconds: 5 * hour,
    drillAgeSeconds: 20 * hour,
    pruneOverdueSeconds: 0,
  });
  // One line, from which the metric filters take their fields.
  expect(context.printed).toEqual([JSON.stringify(measured)]);
});

test("a run without a manifest or with a damaged one is not a backup", async () => {
  const older = await storeRun(30, intact);
  await storeDrill(7, backupEvents.drillPassed);
  await storeRun(5);
  await storeRun(3, (run) => intact(run).replace("17.2", "17.3"));

  expect(await measure()).toMatchObject({ run: older, backupAgeSeconds: 30 * hour });
});

test("a backup or drill with a later date, from a wrong clock, does not hide that they stopped", async () => {
  const newest = await storeRun(60, intact);
  await storeRun(-24 * 365, intact);
  await storeDrill(90, backupEvents.drillPassed);
  await storeDrill(-24 * 365, backupEvents.drillPassed);

  expect(await measure()).toMatchObject({
    ...{ run: newest, backupAgeSeconds: 60 * hour, drillAgeSeconds: 90 * hour },
  });
});

test("before the first backup, the age counts from the first measurement", async () => {
  expect(await measure()).toEqual({
    ...{ event: "age measured", backupAgeSeconds: 0, drillAgeSeconds: 0, pruneOverdueSeconds: 0 },
  });
  expect(await testStore.keys()).toEqual(["watch/began.json"]);

  const later = new Date(now.getTime() + 40 * hour * 1000);
  expect(await measure(later)).toMatchObject({ backupAgeSeconds: 40 * hour, drillAgeSeconds: 40 * hour });
  await storeRun(0, intact);
  expect(await measure(later)).toMatchObject({ backupAgeSeconds: 40 * hour, drillAgeSeconds: 40 * hour });
  const first = await storeRun(-38, intact);
  expect(await measure(later)).toMatchObject({
    ...{ run: first, backupAgeSeconds: 2 * hour, drillAgeSeconds: 40 * hour },
  });
});

test("a backup that a prune should have deleted is overdue since the backup that made it superfluous", async () => {
  const days = (count: number) => count * 24;
  await storeDrill(1, backupEvents.drillPassed);
  // Of one month: only the newer one stays for a year. The newest three stay in any case.
  await storeRun(days(120) + 1, intact);
  await storeRun(days(120), intact);
  await storeRun(5, intact);
  expect(await measure()).toMatchObject({ pruneOverdueSeconds: 0 });

  await storeRun(4, intact);
  await storeRun(3, intact);

  expect(await measure()).toMatchObject({ pruneOverdueSeconds: 4 * hour });
});

test("a bucket that cannot be read is a failure without an age", async () => {
  const context = commandContext({ ...testStore.environment, BACKUP_BUCKET: `${bucket}-of-nobody` });

  const { exitCode } = await failureOf(age({ now }, context));

  expect(exitCode).toBe(exitCodes.storeFailed);
  expect(context.printed).toEqual([]);
});
