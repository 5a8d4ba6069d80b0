import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { backupAlarmsCost } from "../../components/backupAlarms/cost";
import { backupBucketCost } from "../../components/backupBucket/cost";
import { databaseMonitoringCost } from "../../components/databaseMonitoring/cost";
import { scheduledBackupCost } from "../../components/scheduledBackup/cost";
import { supabaseProjectCost } from "../../components/supabaseProject/cost";
import { parseSchedule, runsPerMonth } from "../../config/aws/schedule";
import { type CostLine, total, type Usage } from "../../cost/line";
import { costPage, renderCostPage } from "../../cost/page";
import { checkoutRoot } from "../../foundation/checkout";

const usage: Usage = {
  databaseGigabytes: 10,
  compression: 0.5,
  egressGigabytes: 0,
  imageGigabytes: 1,
  startSeconds: 60,
  secondsPerGigabyte: { backup: 54, drill: 114 },
};
const usdOf = (lines: readonly CostLine[]) =>
  Object.fromEntries(lines.map(({ what, usd }) => [what, Number(usd.toFixed(4))]));

test("the page is not stale (npm run cost:generate)", () => {
  expect(readFileSync(path.join(checkoutRoot(), costPage), "utf8")).toBe(renderCostPage());
});

test.each([
  ["rate(1 hour)", 730],
  ["cron(0 3 * * ? *)", 365.25 / 12],
  ["cron(0 */6 * * ? *)", (4 * 365.25) / 12],
  ["cron(0 3 ? * SUN *)", 365.25 / 12 / 7],
])("%s runs %d times a month", (expression, expected) => {
  const schedule = parseSchedule(expression);
  if ("problem" in schedule) throw new Error(schedule.problem);

  expect(runsPerMonth(schedule)).toBeCloseTo(expected, 1);
});

test("a project costs its plan, its compute, and disk and egress beyond those of the plan", () => {
  expect(usdOf(supabaseProjectCost({ instanceSize: "small", backupsPerMonth: 30 }, usage))).toEqual({
    "Pro plan": 25,
    Compute: 5,
    // 2 GB at 0.125.
    Disk: 0.25,
    // 300 GB of backups less 250, at 0.09.
    Egress: 4.5,
  });
  expect(() => supabaseProjectCost({ instanceSize: "giant", backupsPerMonth: 0 }, usage)).toThrow(
    "there is no price for the compute size giant",
  );
});

test("monitoring costs alarms, metrics, a dashboard, and each run", () => {
  expect(usdOf(databaseMonitoringCost({ intervalMinutes: 5 }))).toEqual({
    Alarms: 1.2,
    Metrics: 3.9,
    Dashboard: 3,
    // 8760 runs of 2 s with a quarter of a gigabyte at 0.0000133334, and 0.2 for a million calls.
    Lambda: 0.0602,
    // Two each at 0.01 a thousand, and the password at 0.05 ten thousand.
    "CloudWatch requests": 0.219,
    Secret: 0.4,
  });
});

test("a bucket costs young backups, old ones and its key", () => {
  const retentionDays = { daily: 30, weekly: 30, monthly: 30 };
  const size = {
    backupsPerMonth: 365 / 12,
    retentionDays,
    noncurrentRetentionDays: 30,
    storageTiers: { infrequentAccessDays: 30 },
    ownKey: true,
  };

  expect(usdOf(backupBucketCost(size, usage))).toEqual({
    // 30 backups of 5 GB each, in either class.
    "S3, backups of the last 30 days": 3.45,
    "S3, older backups, infrequent access": 1.875,
    "S3, writes": 0.0038,
    "KMS key": 1,
  });
  expect(total(backupBucketCost({ ...size, ownKey: false }, usage))).toBeCloseTo(5.3288, 4);
});

test("tasks cost their hours and their internet access; a gateway endpoint removes S3 traffic from the NAT gateway", () => {
  const size = {
    runsPerMonth: { backup: 30, prune: 30, drill: 30, age: 60 },
    ...({ cpuArchitecture: "ARM64", cpuUnits: 1024, memoryMegabytes: 1024 } as const),
    ...{ drillDiskGibibytes: 120, assignPublicIp: false, hasS3Endpoint: false },
  };
  // Hours: backup 30 × 600 s = 5, drill 30 × 1200 s = 10, prune 0.5, age 1.
  const fargate = 15.5 * (0.03238 + 0.00356) + 10 * 100 * 0.000111;
  const withNat = usdOf(scheduledBackupCost(size, usage));

  expect(withNat["Fargate: backup, drill, prune"]).toBeCloseTo(fargate, 3);
  expect(withNat["NAT gateway"]).toBe(32.85);
  // The database 300 GB, images 150 GB, S3 (2 × 30 + 30) × 5 GB.
  expect(withNat["NAT gateway, data"]).toBeCloseTo(900 * 0.045, 3);
  const withEndpoint = usdOf(scheduledBackupCost({ ...size, hasS3Endpoint: true }, usage));
  expect(withEndpoint["NAT gateway, data"]).toBeCloseTo(450 * 0.045, 3);
  const open = usdOf(scheduledBackupCost({ ...size, assignPublicIp: true }, usage));
  expect(open["Public address"]).toBeCloseTo(16.5 * 0.005, 3);
  expect(open["NAT gateway"]).toBeUndefined();
});

test("alarms and metrics cost by number", () => {
  expect(usdOf(backupAlarmsCost())).toEqual({ Alarms: 0.6, Metrics: 2.1 });
});
