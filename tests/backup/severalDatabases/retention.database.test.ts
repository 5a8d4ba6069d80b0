import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { list } from "../../../backup/commands/list";
import { prune } from "../../../backup/commands/prune";
import { exitCodes } from "../../../backup/exitCodes";
import { failureOf } from "../support/commands";
import { now, storeBackup } from "../support/storedBackups";
import { first, ofFirst, ofProject, ofSecond, SharedBucket, second } from "./support";

let shared: SharedBucket;
beforeAll(async () => {
  shared = await SharedBucket.start();
});
afterAll(() => shared?.remove());
beforeEach(() => shared.clear());

describe("the retention", () => {
  const policy = { dailyDays: 7, weeklyDays: 7, monthlyDays: 7, minimum: 1, now };
  const deleted = async (environment: Record<string, string>, minimum = 1) =>
    (await prune({ ...policy, minimum }, shared.contextOf(environment)))
      .filter(({ isDeleted }) => isDeleted)
      .map(({ run }) => run);

  it("of one database keeps its newest backups, although another one has newer ones", async () => {
    const [old, stopped] = [await shared.storeBackup(1, ofFirst), await shared.storeBackup(2, ofFirst)];
    const [superfluous] = [await shared.storeBackup(1, ofSecond), await shared.storeBackup(13, ofSecond)];
    await shared.storeBackup(14, ofSecond);

    expect(await deleted({})).toEqual([superfluous]);
    expect(await deleted({}, 2)).toEqual([superfluous]);
    const fates = await prune({ ...policy, confirm: true }, shared.contextOf());
    expect(fates.map(({ isDeleted }) => isDeleted)).toEqual([false, true, false, false, false]);
    expect((await list({}, shared.contextOf())).map(({ run }) => run)).toEqual(
      expect.arrayContaining([old, stopped]),
    );
  });

  it("of one database is applied, although another one has too few intact backups", async () => {
    const damaged = await storeBackup(shared.testStore.store, 13, { source: ofFirst, stored: "select 2;" });
    const few = [await shared.storeBackup(1, ofFirst), damaged, await shared.storeBackup(14, ofFirst)];
    const superfluous = await shared.storeBackup(1, ofSecond);
    for (const day of [12, 13, 14]) await shared.storeBackup(day, ofSecond);

    const context = shared.contextOf();
    expect(await failureOf(prune({ ...policy, minimum: 3, confirm: true }, context))).toEqual({
      message: `No backup of postgres of project ${first} was deleted: 2 backups are intact, and at least 3 must remain; not intact: ${damaged} (damaged).`,
      exitCode: exitCodes.damaged,
    });

    const left = (await list({}, shared.contextOf())).map(({ run }) => run);
    expect(left).toEqual(expect.arrayContaining(few));
    expect(left).not.toContain(superfluous);
    expect(left).toHaveLength(6);
    expect(context.printed.join("")).toContain("kept: 2 backups are intact, and at least 3 must remain");
  });

  it("of the environment's database does not affect another one's backups", async () => {
    const [own] = [await shared.storeBackup(1, ofFirst), await shared.storeBackup(14, ofFirst)];
    const [others] = [await shared.storeBackup(1, ofSecond), await shared.storeBackup(14, ofSecond)];

    const fates = await prune(policy, shared.contextOf(ofProject(first)));

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
