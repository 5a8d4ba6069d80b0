import { describe, expect, it } from "vitest";
import { decide, type Rules } from "../../../backup/retention/decide";
import type { DatedRun } from "../../../backup/retention/policy";
import { fc, test } from "../../support/properties";

const now = new Date("2026-06-15T12:00:00Z");
const run = (date: string): DatedRun => ({ name: date, start: new Date(`${date}T03:00:00Z`) });

/** Returns the rules, with the named runs not intact, and a record of what was read. */
function rules(change: Partial<Rules> = {}, defective: Record<string, "damaged" | "could not check"> = {}) {
  const read: string[] = [];
  const all: Rules = {
    policy: { dailyDays: 7, weeklyDays: 28, monthlyDays: 365 },
    minimum: 1,
    now,
    inspect: async (name) => {
      read.push(name);
      return defective[name] ?? "intact";
    },
    ...change,
  };
  return { all, read };
}

const deletedOf = (fates: Awaited<ReturnType<typeof decide>>): string[] =>
  fates.filter(({ isDeleted }) => isDeleted).map(({ run: name }) => name);

describe("a damaged backup", () => {
  // Monday 2026-05-25 begins the week of all three.
  const week = ["2026-05-26", "2026-05-28", "2026-05-30"];

  it("does not replace the intact one of the same week", async () => {
    const { all } = rules({}, { "2026-05-30": "damaged" });
    const fates = await decide([...week, "2026-06-14"].map(run), all);
    expect(deletedOf(fates)).toEqual(["2026-05-26"]);
    expect(fates.find(({ run: name }) => name === "2026-05-28")?.reason).toContain("newest of week");
    expect(fates.find(({ run: name }) => name === "2026-05-30")?.reason).toBe("kept for inspection: damaged");
  });

  it("does not count, nor does an unchecked one: the only intact backup of the week is kept", async () => {
    const { all } = rules({}, { "2026-05-30": "could not check", "2026-05-28": "damaged" });
    expect(deletedOf(await decide([...week, "2026-06-14"].map(run), all))).toEqual([]);
  });

  it("does not affect the age of the others", async () => {
    const { all } = rules(
      { policy: { dailyDays: 7, weeklyDays: 1, monthlyDays: 1 } },
      { "2026-06-14": "damaged" },
    );
    // The newest intact one is of the 5th: the 1st is four days older.
    const fates = await decide(["2026-05-20", "2026-06-01", "2026-06-05", "2026-06-14"].map(run), all);
    expect(deletedOf(fates)).toEqual(["2026-05-20"]);
  });
});

describe("backups", () => {
  it("are not read if nothing is deleted", async () => {
    const { all, read } = rules();
    expect(deletedOf(await decide(["2026-06-13", "2026-06-14"].map(run), all))).toEqual([]);
    expect(read).toEqual([]);
  });

  it("that are fewer than the minimum all stay, without a failure", async () => {
    const { all } = rules({ minimum: 3 });
    const fates = await decide(["2025-01-10", "2026-06-14"].map(run), all);
    expect(fates.find(({ run: name }) => name === "2025-01-10")).toEqual({
      ...{ run: "2025-01-10", isDeleted: false },
      reason: "one of the newest 3 that are intact",
    });
    expect(deletedOf(fates)).toEqual([]);
    // The control: one that is not intact is a failure.
    const { all: damaged } = rules({ minimum: 3 }, { "2025-01-10": "damaged" });
    await expect(decide(["2025-01-10", "2025-01-11", "2026-06-14"].map(run), damaged)).rejects.toThrow(
      "2 backups are intact, and at least 3 must remain; not intact: 2025-01-10 (damaged).",
    );
  });

  it("are not pruned over time after backups stopped", async () => {
    const stopped = ["2025-01-10", "2025-01-12", "2025-01-13"].map(run);
    const { all } = rules();
    expect(deletedOf(await decide(stopped, all))).toEqual([]);
  });

  const histories = fc.array(fc.record({ age: fc.integer({ min: 0, max: 500 }), isIntact: fc.boolean() }), {
    minLength: 1,
    maxLength: 50,
  });

  test.prop([histories])(
    "are deleted only if an intact one of the same month, or of the last week, is kept",
    async (history) => {
      const runs = history.map(({ age }, index) => ({
        name: `run ${index}`,
        start: new Date(now.getTime() - age * 86_400_000 + index),
      }));
      const isIntact = (name: string) => history[Number(name.slice(4))]?.isIntact === true;
      const { all } = rules({ inspect: async (name) => (isIntact(name) ? "intact" : "damaged") });
      const fates = await decide(runs, all).catch(() => []);
      const stays = new Set(fates.filter(({ isDeleted }) => !isDeleted).map(({ run: name }) => name));
      const intactStays = runs.filter(({ name }) => stays.has(name) && isIntact(name));
      const newest = Math.max(...intactStays.map(({ start }) => start.getTime()));
      for (const name of deletedOf(fates)) {
        const { start } = runs.find((other) => other.name === name) ?? { start: now };
        const isOlderThanPolicy = newest - start.getTime() > 365 * 86_400_000;
        const sameMonth = intactStays.some(
          (other) => other.start.toISOString().slice(0, 7) === start.toISOString().slice(0, 7),
        );
        expect(isOlderThanPolicy || sameMonth).toBe(true);
      }
    },
  );
});
