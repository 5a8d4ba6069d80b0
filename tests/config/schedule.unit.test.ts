import { describe, expect, test } from "vitest";
import { fargateSizeProblem } from "../../config/aws/fargate";
import { longestGapHours, parseSchedule } from "../../config/aws/schedule";

const gapOf = (expression: string) => {
  const schedule = parseSchedule(expression);
  return "problem" in schedule ? schedule.problem : longestGapHours(schedule);
};

/** Returns the days of a month of 2028 (a leap year, beginning on a Saturday) on which an expression runs. */
const daysOf = (expression: string, month: number) => {
  const schedule = parseSchedule(expression);
  if ("problem" in schedule || schedule.kind !== "cron")
    throw new Error(`${expression} is not a cron expression`);
  const days = Array.from(
    { length: new Date(Date.UTC(2028, month, 0)).getUTCDate() },
    (_, index) => index + 1,
  );
  return days.filter((day) => schedule.runsOn(new Date(Date.UTC(2028, month - 1, day))));
};

test.each<[expression: string, hours: number]>([
  ["rate(1 day)", 24],
  ["rate(6 hours)", 6],
  ["rate(90 minutes)", 1.5],
  ["cron(0 3 * * ? *)", 24],
  ["cron(0 */6 * * ? *)", 6],
  ["cron(0/15 * * * ? *)", 0.25],
  ["cron(30 1,13 ? * * *)", 12],
  ["cron(0 3 ? * MON-FRI *)", 72],
  ["cron(0 3 ? * 1 *)", 168],
  ["cron(0 0 1 * ? *)", 31 * 24],
  ["cron(0 0 31 * ? *)", 61 * 24],
  ["cron(0 0 L * ? *)", 31 * 24],
  ["cron(0 3 29 2 ? *)", Number.POSITIVE_INFINITY],
  ["cron(0 3 30 2 ? *)", Number.POSITIVE_INFINITY],
  ["cron(0 3 * * ? 2027-2030)", Number.POSITIVE_INFINITY],
])("%s runs at least every %d hours", (expression, hours) => {
  expect(gapOf(expression)).toBe(hours);
});

test.each<[expression: string, month: number, days: number[]]>([
  ["cron(0 0 L * ? *)", 2, [29]],
  ["cron(0 0 LW * ? *)", 4, [28]],
  ["cron(0 0 15W * ? *)", 1, [14]],
  ["cron(0 0 1W * ? *)", 1, [3]],
  ["cron(0 0 31W * ? *)", 12, [29]],
  ["cron(0 0 31W * ? *)", 4, []],
  ["cron(0 0 ? * 6L *)", 1, [28]],
  ["cron(0 0 ? * 3#2 *)", 1, [11]],
  ["cron(0 0 ? * SUN#5 *)", 1, [30]],
  ["cron(0 0 ? * 1 *)", 1, [2, 9, 16, 23, 30]],
  ["cron(0 0 ? * L *)", 1, [1, 8, 15, 22, 29]],
  ["cron(0 0 10-14/2 * ? *)", 1, [10, 12, 14]],
  ["cron(0 0 5 FEB,mar ? *)", 3, [5]],
  ["cron(0 0 5 FEB,mar ? *)", 4, []],
])("%s in month %d", (expression, month, days) => {
  expect(daysOf(expression, month)).toEqual(days);
});

describe("refused", () => {
  const question = "must have ? in exactly one of day-of-month and day-of-week";
  test.each<[expression: string, problem: string]>([
    ["0 3 * * *", "must be cron(…) or rate(…)"],
    ["cron(0 3 * * ? *) ", "must be cron(…) or rate(…)"],
    ["at(2028-01-01T00:00:00)", "must repeat; at(…) runs once"],
    ["cron(0 3 * * *)", "must have six fields: minutes hours day-of-month month day-of-week year"],
    ["cron(0  3 * * ? *)", "must have six fields: minutes hours day-of-month month day-of-week year"],
    ["cron(0 3 * * * *)", question],
    ["cron(0 3 ? * ? *)", question],
    ["cron(60 3 * * ? *)", "must have a valid minutes field"],
    ["cron(0 24 * * ? *)", "must have a valid hours field"],
    ["cron(0 3 0 * ? *)", "must have a valid day-of-month field"],
    ["cron(0 3 32 * ? *)", "must have a valid day-of-month field"],
    ["cron(0 3 1 13 ? *)", "must have a valid month field"],
    ["cron(0 3 ? * 0 *)", "must have a valid day-of-week field"],
    ["cron(0 3 ? * 8 *)", "must have a valid day-of-week field"],
    ["cron(0 3 ? * 2#6 *)", "must have a valid day-of-week field"],
    ["cron(0 3 * * ? 1969)", "must have a valid year field"],
    ["cron(5-1 3 * * ? *)", "must have a valid minutes field"],
    ["cron(*/0 3 * * ? *)", "must have a valid minutes field"],
    ["cron(1, 3 * * ? *)", "must have a valid minutes field"],
    [
      "rate(1 days)",
      "must have the singular unit with 1 and the plural with more, as in rate(1 day), rate(2 days)",
    ],
    [
      "rate(2 day)",
      "must have the singular unit with 1 and the plural with more, as in rate(1 day), rate(2 days)",
    ],
    ["rate(0 days)", "must be rate(1 hour), rate(6 hours) and the like: minutes, hours or days"],
    ["rate(1.5 hours)", "must be rate(1 hour), rate(6 hours) and the like: minutes, hours or days"],
    ["rate(1 week)", "must be rate(1 hour), rate(6 hours) and the like: minutes, hours or days"],
  ])("%s", (expression, problem) => {
    expect(parseSchedule(expression)).toEqual({ problem });
  });
});

test.each<[cpu: number, memory: number, problem: string | undefined]>([
  [256, 512, undefined],
  [256, 2048, undefined],
  [256, 1536, "must be 512, 1024 or 2048 with backup.cpuUnits 256"],
  [512, 4096, undefined],
  [512, 512, "must be 1024 to 4096 in steps of 1024 with backup.cpuUnits 512"],
  [1024, 8192, undefined],
  [2048, 16_384, undefined],
  [2048, 17_408, "must be 4096 to 16384 in steps of 1024 with backup.cpuUnits 2048"],
  [4096, 30_720, undefined],
  [8192, 20_480, undefined],
  [8192, 17_408, "must be 16384 to 61440 in steps of 4096 with backup.cpuUnits 8192"],
  [16_384, 122_880, undefined],
  [16_384, 36_864, "must be 32768 to 122880 in steps of 8192 with backup.cpuUnits 16384"],
  [300, 512, "has no Fargate size for its backup.cpuUnits"],
])("Fargate with %d CPU units and %d MB", (cpu, memory, problem) => {
  expect(fargateSizeProblem(cpu, memory)).toBe(problem);
});
