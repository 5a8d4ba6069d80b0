import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { Key } from "@pulumi/aws/kms/key";
import { Queue } from "@pulumi/aws/sqs/queue";
import { expect, test } from "vitest";
import { BackupAlarms, type BackupAlarmsArgs } from "../../../components/backupAlarms/backupAlarms";
import { backupAlarmCounts } from "../../../components/backupAlarms/cost";
import { deletedBackupMessage } from "../../../components/backupAlarms/deletedBackup";
import { failedTaskMessage } from "../../../components/backupAlarms/failedTaskMessage";
import { failedTaskPattern } from "../../../components/backupAlarms/failedTaskPattern";
import type { TopicRuleArgs } from "../../../components/backupAlarms/topicRule";
import { account, registered, registeredInAws, tags } from "../awsWorld";

const register = (args: Partial<BackupAlarmsArgs> = {}) =>
  registeredInAws(
    () =>
      new BackupAlarms("alarms", {
        account,
        tags,
        physicalName: "thorbis-prod",
        logGroup: new LogGroup("log", { name: "/thorbis-prod/backup" }),
        cluster: new Cluster("cluster", { name: "thorbis-prod-backup" }),
        deadLetterQueue: new Queue("queue", { name: "dead-letters" }),
        key: new Key("key", {}),
        emails: ["operations@example.com"],
        freshnessHours: 8,
        durationMinutes: 90,
        minimumSizePercent: 50,
        ...args,
      }),
  );

test("an alarm fires if the newest backup is too old, or if its age is not measured", async () => {
  const resources = await register({ ageIntervalHours: 3 });

  expect(registered(resources, "alarms-missing-age-metric").inputs).toEqual({
    name: "thorbis-prod-backup-missing-age",
    logGroupName: "/thorbis-prod/backup",
    pattern: '{ $.event = "age measured" }',
    metricTransformation: {
      name: "BackupAge",
      namespace: "thorbis-prod/backup",
      value: "$.backupAgeSeconds",
      unit: "Seconds",
    },
  });
  expect(registered(resources, "alarms-missing").inputs).toEqual({
    name: "thorbis-prod-backup-missing",
    tags,
    alarmDescription: "The newest backup is older than 8 hours, or its age is not measured any more",
    namespace: "thorbis-prod/backup",
    metricName: "BackupAge",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 28_800,
    period: 3600,
    evaluationPeriods: 4,
    datapointsToAlarm: 1,
    treatMissingData: "missing",
    insufficientDataActions: ["arn:alarms-topic"],
    alarmActions: ["arn:alarms-topic"],
    okActions: ["arn:alarms-topic"],
  });
});

test("an alarm fires after two days without a passing drill", async () => {
  const resources = await register();

  expect(registered(resources, "alarms-drilled-metric").inputs).toMatchObject({
    pattern: '{ $.event = "drill passed" }',
    metricTransformation: { name: "DrillRestoreSeconds", value: "$.restoreSeconds", unit: "Seconds" },
  });
  expect(registered(resources, "alarms-not-drilled-age-metric").inputs).toMatchObject({
    pattern: '{ $.event = "age measured" }',
    metricTransformation: { name: "DrillAge", value: "$.drillAgeSeconds", unit: "Seconds" },
  });
  expect(registered(resources, "alarms-not-drilled").inputs).toMatchObject({
    name: "thorbis-prod-backup-not-drilled",
    alarmDescription: "No drill passed within 50 hours, or its age is not measured any more",
    metricName: "DrillAge",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 180_000,
    evaluationPeriods: 2,
    treatMissingData: "missing",
  });
});

test("the metric comes from the log line of a completed backup", async () => {
  const { inputs } = registered(await register(), "alarms-completed-metric");

  expect(inputs).toEqual({
    name: "thorbis-prod-backup-completed",
    logGroupName: "/thorbis-prod/backup",
    pattern: '{ $.event = "backup completed" }',
    metricTransformation: {
      name: "BackupBytes",
      namespace: "thorbis-prod/backup",
      value: "$.bytes",
      unit: "Bytes",
    },
  });
});

test("alarms also fire for a failed task, a task that did not start, and a much smaller backup", async () => {
  const resources = await register();

  expect(registered(resources, "alarms-failed").inputs.eventPattern).toBe(
    JSON.stringify(failedTaskPattern("arn:cluster")),
  );
  expect(registered(resources, "alarms-failed-target").inputs).toMatchObject({
    rule: "thorbis-prod-backup-failed",
    arn: "arn:alarms-topic",
  });
  expect(registered(resources, "alarms-not-started").inputs).toMatchObject({
    namespace: "AWS/SQS",
    dimensions: { QueueName: "dead-letters" },
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
  });
  expect(registered(resources, "alarms-too-small").inputs).toMatchObject({
    metricName: "PercentOfPrevious",
    comparisonOperator: "LessThanThreshold",
    threshold: 50,
  });
});

test("an alarm fires for a permanently deleted part of a backup if the bucket sends events", async () => {
  const resources = await register({ bucketName: "thorbis-backups" });

  expect(JSON.parse(String(registered(resources, "alarms-deleted").inputs.eventPattern))).toEqual({
    source: ["aws.s3"],
    "detail-type": ["Object Deleted"],
    detail: {
      bucket: { name: ["thorbis-backups"] },
      object: { key: [{ prefix: "runs/" }] },
      reason: ["DeleteObject"],
      "deletion-type": ["Permanently Deleted"],
    },
  });
  expect(registered(resources, "alarms-deleted-target").inputs).toMatchObject({
    rule: "thorbis-prod-backup-deleted",
    arn: "arn:alarms-topic",
    inputTransformer: deletedBackupMessage,
    deadLetterConfig: { arn: "arn:queue" },
  });
  expect((await register()).has("alarms-deleted")).toBe(false);
});

test("an alarm fires if expired backups are not pruned", async () => {
  const resources = await register({ pruneFreshnessHours: 30 });

  expect(registered(resources, "alarms-not-pruned-age-metric").inputs).toMatchObject({
    pattern: '{ $.event = "age measured" }',
    metricTransformation: { name: "PruneOverdue", value: "$.pruneOverdueSeconds", unit: "Seconds" },
  });
  expect(registered(resources, "alarms-not-pruned").inputs).toMatchObject({
    name: "thorbis-prod-backup-not-pruned",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 108_000,
  });
});

test("an alarm fires if a backup took too long; an image that does not report its duration causes none", async () => {
  const resources = await register();

  expect(registered(resources, "alarms-duration-metric").inputs).toMatchObject({
    pattern: '{ $.event = "backup completed" && $.seconds = * }',
    metricTransformation: { name: "BackupSeconds", value: "$.seconds", unit: "Seconds" },
  });
  expect(registered(resources, "alarms-too-long").inputs).toMatchObject({
    name: "thorbis-prod-backup-too-long",
    metricName: "BackupSeconds",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 5400,
    treatMissingData: "ignore",
  });
});

test("the topic is encrypted, accepts alarms and events of this account, and sends mail", async () => {
  const resources = await register();
  const policy = JSON.parse(String(registered(resources, "alarms-topic-policy").inputs.policy));

  expect(registered(resources, "alarms-topic").inputs.kmsMasterKeyId).toBe("arn:key");
  expect(
    policy.Statement.map(({ Sid, Effect }: { Sid: string; Effect: string }) => `${Effect} ${Sid}`),
  ).toEqual(["Allow AlarmsPublish", "Allow EventsPublish", "Deny DenyPlainHttp"]);
  expect(registered(resources, "alarms-mail-operations@example.com").inputs).toEqual({
    topic: "arn:alarms-topic",
    protocol: "email",
    endpoint: "operations@example.com",
  });
});

test("with an existing topic no new one is created, and every alarm uses it", async () => {
  const topicArn = "arn:aws:sns:us-east-1:123456789012:operations";
  const resources = await register({ topicArn });

  expect([...resources.keys()].filter((name) => /topic|mail/.test(name))).toEqual([]);
  const alarms = [...resources.values()].filter(
    ({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm",
  );
  expect(alarms.map(({ inputs }) => inputs.alarmActions)).toEqual([
    [topicArn],
    [topicArn],
    [topicArn],
    [topicArn],
    [topicArn],
    [topicArn],
  ]);
});

/** Expands a template as EventBridge does, which inserts a value as JSON, but unescaped inside quotes. */
function transformed(
  { inputPaths, inputTemplate }: TopicRuleArgs["message"],
  event: { readonly time: string; readonly detail: Readonly<Record<string, unknown>> },
) {
  return inputTemplate.replaceAll(/(")?<(\w+)>(")?/g, (_all, before, name: string, after) => {
    const path = (inputPaths[name] ?? "").split(".").slice(1);
    const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], event);
    const isQuoted = before === '"' || after === '"';
    return isQuoted ? `${before ?? ""}${String(value)}${after ?? ""}` : JSON.stringify(value);
  });
}

test.each([
  'CannotPullContainerError: pull image manifest: "not found"',
  "ResourceInitializationError: \\ unable to pull secrets\nfrom 'asm'",
  "Essential container in task exited",
  "Tâche arrêtée \u2028\u0000 <reason> </script> 日本語 \ud83d\udca5",
])("the message of a failed task is JSON for any text of ECS: %j", (stoppedReason) => {
  const containers = [{ name: "backup", exitCode: 3, reason: 'OutOfMemory: "killed"' }];
  const detail = { taskArn: "arn:task", group: "family:thorbis-prod-backup", stoppedReason, containers };

  expect(JSON.parse(transformed(failedTaskMessage, { time: "2026-11-28T03:00:00Z", detail }))).toEqual({
    alarm: "A backup task stopped and did not succeed",
    at: "2026-11-28T03:00:00Z",
    group: "family:thorbis-prod-backup",
    reason: stoppedReason,
    task: "arn:task",
    containers,
  });
});

test.each([
  "runs/20261128T030000000Z-00000000/manifest.json",
  'runs/a "quoted" \\ name\nwith a new line and 日本語 <key>',
])("the message of a deleted object is JSON for any name that S3 allows: %j", (key) => {
  const detail = {
    ...{ bucket: { name: "thorbis-backups" }, object: { key, "version-id": "3HL4kqtJvjVBH40Nrjfkd" } },
    ...{ requester: "123456789012", "source-ip-address": "2001:db8::1", reason: "DeleteObject" },
  };

  expect(JSON.parse(transformed(deletedBackupMessage, { time: "2026-11-28T03:00:00Z", detail }))).toEqual({
    alarm: "A part of a backup was deleted for good",
    at: "2026-11-28T03:00:00Z",
    bucket: "thorbis-backups",
    key,
    version: "3HL4kqtJvjVBH40Nrjfkd",
    requester: "123456789012",
    address: "2001:db8::1",
  });
});

test("a message that the topic rejects goes to the dead-letter queue", async () => {
  expect(registered(await register(), "alarms-failed-target").inputs.deadLetterConfig).toEqual({
    arn: "arn:queue",
  });
});

test("the cost estimate counts the declared resources", async () => {
  const resources = [...(await register()).values()];
  const count = (type: string) => resources.filter((resource) => resource.type === type).length;

  expect({
    alarms: count("aws:cloudwatch/metricAlarm:MetricAlarm"),
    metrics: count("aws:cloudwatch/logMetricFilter:LogMetricFilter"),
  }).toEqual(backupAlarmCounts);
});
