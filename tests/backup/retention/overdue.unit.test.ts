import { expect, test } from "vitest";
import { overdueSince } from "../../../backup/retention/overdue";

const policy = { dailyDays: 3, weeklyDays: 3, monthlyDays: 3 };
/** Returns a backup at noon of each of these days of June 2026. */
const runsOf = (...days: number[]) =>
  days.map((day) => ({ name: `run-${String(day).padStart(2, "0")}`, start: noonOf(day) }));
const noonOf = (day: number) => new Date(Date.UTC(2026, 5, day, 12));
const since = (days: number[], minimum = 1, now = noonOf(28)) =>
  overdueSince(runsOf(...days), { policy, minimum, now });

test("nothing is overdue if the policy keeps everything or there are no backups", () => {
  expect(since([])).toBeUndefined();
  expect(since([1])).toBeUndefined();
  expect(since([4, 3, 2, 1])).toBeUndefined();
});

test("a backup is overdue since the backup that made it superfluous", () => {
  expect(since([1, 2, 3, 4, 5])).toEqual(noonOf(5));
  expect(since([9, 7, 6, 5, 1, 2])).toEqual(noonOf(5));
  expect(since([1, 20])).toEqual(noonOf(20));
});

test("a backup that the minimum keeps is not overdue, regardless of its age", () => {
  expect(since([1, 20], 2)).toBeUndefined();
  expect(since([1, 19, 20], 2)).toEqual(noonOf(20));
});

test("a backup dated in the future makes none superfluous", () => {
  expect(since([1, 20], 1, noonOf(10))).toBeUndefined();
});

test("the newest of a week and of a month are kept as long as the policy says", () => {
  const longer = { dailyDays: 1, weeklyDays: 10, monthlyDays: 20 };
  const decide = (...days: number[]) =>
    overdueSince(runsOf(...days), { policy: longer, minimum: 1, now: noonOf(28) });

  // Sunday the 7th ends its week; Saturday the 6th does not.
  expect(decide(7, 10)).toBeUndefined();
  expect(decide(6, 7, 10)).toEqual(noonOf(10));
  expect(decide(7, 20)).toEqual(noonOf(20));
});
