import { describe, expect, it } from "vitest";
import { applyPolicy, type DatedRun, type RetentionPolicy } from "../../../backup/retention/policy";
import { fc, test } from "../../support/properties";

const day = 24 * 60 * 60 * 1000;
const run = (date: string): DatedRun => ({ name: date, start: new Date(date) });
const policy: RetentionPolicy = { dailyDays: 7, weeklyDays: 28, monthlyDays: 365 };

/** Returns which of these backups are kept if the newest one is from this moment. */
const kept = (
  dates: string[],
  now: string,
  change: Partial<RetentionPolicy> = {},
): Record<string, string[]> =>
  Object.fromEntries(
    applyPolicy([...dates.map(run), run(now)], { ...policy, ...change }, new Date(now))
      .filter(({ run }) => run !== now)
      .map(({ run, reasons }) => [run, [...reasons]]),
  );

describe("retention", () => {
  it("keeps every backup of the last days, exactly", () => {
    expect(
      kept(["2026-03-03T03:00:00Z", "2026-03-03T02:59:59Z"], "2026-03-10T03:00:00Z", {
        weeklyDays: 0,
        monthlyDays: 0,
      }),
    ).toEqual({
      "2026-03-03T02:59:59Z": [],
      "2026-03-03T03:00:00Z": ["daily"],
    });
  });

  it("keeps the newest of each week and month before that, including weeks across the end of a year", () => {
    expect(
      kept(
        [
          "2025-12-27T03:00Z",
          "2025-12-28T03:00Z",
          "2025-12-29T03:00Z",
          "2025-12-31T03:00Z",
          "2026-01-02T03:00Z",
        ],
        "2026-01-12T03:00Z",
      ),
    ).toEqual({
      "2025-12-27T03:00Z": [],
      "2025-12-28T03:00Z": ["newest of week 2025-12-22"],
      "2025-12-29T03:00Z": [],
      "2025-12-31T03:00Z": ["newest of month 2025-12"],
      "2026-01-02T03:00Z": ["newest of week 2025-12-29"],
    });
  });

  it("handles the 29th of February", () => {
    expect(kept(["2028-02-28T03:00Z", "2028-02-29T03:00Z"], "2028-06-01T00:00Z")).toEqual({
      "2028-02-28T03:00Z": [],
      "2028-02-29T03:00Z": ["newest of month 2028-02"],
    });
  });

  it("keeps only the later of two backups of a day after that day", () => {
    expect(kept(["2026-05-04T03:00Z", "2026-05-04T15:00Z"], "2026-05-20T00:00Z", { monthlyDays: 0 })).toEqual(
      {
        "2026-05-04T03:00Z": [],
        "2026-05-04T15:00Z": ["newest of week 2026-05-04"],
      },
    );
  });

  it("neither counts nor deletes backups dated in the future", () => {
    expect(kept(["2026-01-31T03:00Z", "2026-02-28T03:00Z"], "2026-02-14T00:00Z")).toEqual({
      "2026-01-31T03:00Z": ["newest of week 2026-01-26", "newest of month 2026-01"],
      "2026-02-28T03:00Z": ["dated in the future"],
    });
  });

  const now = new Date("2026-06-15T12:00:00Z");
  const runs = fc.array(fc.integer({ min: -30, max: 800 }), { maxLength: 60 }).map((ages) =>
    ages.map((age, index) => ({
      name: `run ${index}`,
      start: new Date(now.getTime() - age * day + index),
    })),
  );
  const policies = fc.record({
    dailyDays: fc.integer({ min: 1, max: 60 }),
    weeklyDays: fc.integer({ min: 1, max: 200 }),
    monthlyDays: fc.integer({ min: 1, max: 800 }),
  });
  const namesKept = (all: readonly DatedRun[], rules: RetentionPolicy): Set<string> =>
    new Set(applyPolicy(all, rules, now).flatMap(({ run, reasons }) => (reasons.length > 0 ? [run] : [])));

  test.prop([runs, policies])("deletes nothing the second time", (all, rules) => {
    const first = namesKept(all, rules);
    expect(
      namesKept(
        all.filter(({ name }) => first.has(name)),
        rules,
      ),
    ).toEqual(first);
  });

  test.prop([runs, policies, policies])(
    "keeps no fewer backups with a longer retention",
    (all, rules, more) => {
      const larger = {
        dailyDays: rules.dailyDays + more.dailyDays,
        weeklyDays: rules.weeklyDays + more.weeklyDays,
        monthlyDays: rules.monthlyDays + more.monthlyDays,
      };
      for (const name of namesKept(all, rules)) expect(namesKept(all, larger)).toContain(name);
    },
  );
});
