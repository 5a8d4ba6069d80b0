import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drill } from "../../../backup/commands/drill";
import { list } from "../../../backup/commands/list";
import { restore } from "../../../backup/commands/restore";
import { compareSize } from "../../../backup/commands/run";
import { verify } from "../../../backup/commands/verify";
import { exitCodes } from "../../../backup/exitCodes";
import { type Manifest, sealManifest } from "../../../backup/manifest";
import { failureOf } from "../support/commands";
import {
  first,
  notAnswered,
  ofFirst,
  ofProject,
  ofSecond,
  ofServer,
  SharedBucket,
  second,
  unknownFormat,
  withoutManifestOf,
} from "./support";

// Which backups a command uses if nothing names one.

let shared: SharedBucket;
beforeAll(async () => {
  shared = await SharedBucket.start();
});
afterAll(() => shared?.remove());
beforeEach(() => shared.clear());

/** Returns the run that a command without a name selects. */
async function selected(environment: Record<string, string> = {}): Promise<string | undefined> {
  const [report] = await verify({}, shared.contextOf(environment));
  return report?.run;
}

describe("the default backup", () => {
  it("is the newest of the database that the environment names, not the newest of the bucket", async () => {
    const [older, own, others] = [
      await shared.storeBackup(1, ofFirst),
      await shared.storeBackup(2, ofFirst),
      await shared.storeBackup(3, ofSecond),
    ];

    expect(await selected(ofProject(first))).toBe(own);
    expect(await selected({ SUPABASE_PROJECT_REF: first })).toBe(own);
    expect(await selected({ PGHOST: "pooler.example.com", PGUSER: `backup.${second}` })).toBe(others);
    const [report] = await verify({ run: older }, shared.contextOf(ofProject(second)));
    expect(report?.run).toBe(older);
  });

  it("must be named if there are several databases, none of them the environment's", async () => {
    const [, own, server] = [
      await shared.storeBackup(1, ofFirst),
      await shared.storeBackup(2, ofFirst),
      await shared.storeBackup(3, ofServer),
    ];
    const choice = `bucket has backups of 2 databases; name one: the newest are ${own} (postgres of project ${first}), ${server} (postgres of server 3).`;
    const expected = { message: `The ${choice}`, exitCode: exitCodes.usage };

    const RESTORE_DATABASE_URL = "postgresql://postgres:x@127.0.0.1:1/postgres";
    expect(await failureOf(verify({}, shared.contextOf()))).toEqual(expected);
    expect(await failureOf(restore({}, shared.contextOf({ RESTORE_DATABASE_URL })))).toEqual(expected);
    expect(await failureOf(drill({}, shared.contextOf(ofProject(second))))).toEqual({
      message: `There is no backup of postgres of project ${second}; the ${choice}`,
      exitCode: exitCodes.notFound,
    });
  });

  it("of a restore is the newest of the target, if the target has backups", async () => {
    const [own, others] = [await shared.storeBackup(1, ofFirst), await shared.storeBackup(2, ofSecond)];
    const checked = async (host: string): Promise<string | undefined> => {
      const RESTORE_DATABASE_URL = `postgresql://postgres.${host}:x@127.0.0.1:1/postgres`;
      const context = shared.contextOf({ ...ofProject(second), RESTORE_DATABASE_URL });
      expect((await failureOf(restore({}, context))).exitCode).toBe(exitCodes.targetRefused);
      return context.progressed.find((line) => line.startsWith("checking backup"));
    };

    expect(await checked(first)).toBe(`checking backup ${own}`);
    expect(await checked("cccccccccccccccccccc")).toBe(`checking backup ${others}`);
  });

  it("is the newest if all are of one database, as after the loss of a project", async () => {
    const [, newest] = [await shared.storeBackup(1, ofFirst), await shared.storeBackup(2, ofFirst)];

    expect(await selected(ofProject(second))).toBe(newest);
    expect(await selected()).toBe(newest);
  });

  it("can be one without a project reference, if its server has backups of one project", async () => {
    const [, newest] = [
      await shared.storeBackup(1, ofFirst),
      await shared.storeBackup(2, { ...ofFirst, projectRef: null }),
    ];
    await shared.storeBackup(3, ofSecond);

    expect(await selected(ofProject(first))).toBe(newest);
    // The control: with backups of two projects, it may be of either.
    await shared.storeBackup(1, { ...ofSecond, systemIdentifier: "1" });
    expect(await selected(ofProject(first))).not.toBe(newest);
  });

  it("is a newer one whose manifest is unreadable, which may be of any database", async () => {
    await shared.storeBackup(1, ofFirst);
    await shared.storeBackup(1, ofSecond);
    const damaged = await shared.storeBackup(3, ofSecond, () => "{");

    expect((await failureOf(verify({}, shared.contextOf(ofProject(first))))).message).toBe(
      `Damaged: ${damaged}.`,
    );
  });

  it("is not selected while a manifest that decides cannot be read", async () => {
    await shared.storeBackup(1, ofFirst);
    const others = await shared.storeBackup(2, ofSecond);

    const RESTORE_DATABASE_URL = `postgresql://postgres.${first}:x@127.0.0.1:1/postgres`;
    await withoutManifestOf(others, async () => {
      expect(await failureOf(verify({}, shared.contextOf(ofProject(first))))).toEqual(notAnswered);
      expect(await failureOf(verify({}, shared.contextOf()))).toEqual(notAnswered);
      expect(await failureOf(restore({}, shared.contextOf({ RESTORE_DATABASE_URL })))).toEqual(notAnswered);
    });
  });

  it("needs no manifest of older backups, unless one names no project", async () => {
    const older = await shared.storeBackup(1, ofSecond);
    const own = await shared.storeBackup(2, ofFirst);
    expect(await withoutManifestOf(older, () => selected(ofProject(first)))).toBe(own);

    await shared.storeBackup(3, { ...ofFirst, projectRef: null });
    await withoutManifestOf(older, async () => {
      expect(await failureOf(verify({}, shared.contextOf(ofProject(first))))).toEqual(notAnswered);
    });
  });

  it("is one in an unknown newer format only without a project in the environment", async () => {
    const own = await shared.storeBackup(1, ofFirst);
    const unknown = await shared.storeBackup(3, ofSecond, unknownFormat);

    expect(await selected(ofProject(first))).toBe(own);
    expect(await selected(ofProject(second))).toBe(own);
    expect((await failureOf(verify({}, shared.contextOf()))).message).toContain(unknown);
  });

  it("is not one of another database in a newer format", async () => {
    const own = await shared.storeBackup(1, ofFirst);
    await shared.storeBackup(3, ofSecond, (manifest) => JSON.stringify({ ...manifest, formatVersion: 99 }));

    expect(await selected(ofProject(first))).toBe(own);
  });
});

describe("the list", () => {
  it("names the database of each backup", async () => {
    const runs = [
      await shared.storeBackup(1, ofFirst),
      await shared.storeBackup(2, { ...ofSecond, database: "shop" }),
      await shared.storeBackup(3, ofServer),
      await shared.storeBackup(4, ofServer, () => "{"),
    ];
    const context = shared.contextOf();

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

describe("the comparison of sizes", () => {
  it("uses the previous backup of the same database, also one without a project reference", async () => {
    const sizeOf = (bytes: number) => (manifest: Manifest) =>
      sealManifest({ ...manifest, objects: manifest.objects.map((object) => ({ ...object, bytes })) });
    const sealed: Manifest[] = [];
    await shared.storeBackup(1, ofFirst, sizeOf(100));
    await shared.storeBackup(2, { ...ofFirst, projectRef: null }, sizeOf(20));
    await shared.storeBackup(3, ofSecond, sizeOf(1000));
    await shared.storeBackup(4, ofFirst, (own) => {
      sealed.push(own);
      return sealManifest(own);
    });
    const [manifest] = sealed;
    if (manifest === undefined) throw new Error("no manifest was sealed");
    const progress = (line: string) => {
      throw new Error(line);
    };

    expect(await compareSize(manifest, { store: shared.testStore.store, progress })).toBe(45);
    // The control: with backups of two projects of the server, it may be of either.
    await shared.storeBackup(1, { ...ofSecond, systemIdentifier: "1" });
    expect(await compareSize(manifest, { store: shared.testStore.store, progress })).toBe(9);
  });
});
