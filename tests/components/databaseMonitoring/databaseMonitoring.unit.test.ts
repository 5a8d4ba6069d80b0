import { Key } from "@pulumi/aws/kms/key";
import { Queue } from "@pulumi/aws/sqs/queue";
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { databaseAlarms } from "../../../components/databaseMonitoring/alarms";
import { databaseMonitoringCounts } from "../../../components/databaseMonitoring/cost";
import {
  DatabaseMonitoring,
  type DatabaseMonitoringArgs,
} from "../../../components/databaseMonitoring/databaseMonitoring";
import { monitoringSchema } from "../../../config/areas/monitoring";
import { probeMetrics, probeVariables } from "../../../foundation/probeContract";
import { readEnvironment } from "../../../probe/environment";
import { account, registered, registeredInAws, tags } from "../awsWorld";

/** A file that every checkout has, because the component reads the certificate. */
const certificate = "certificates/README.md";

const { enabled: _enabled, ...defaults } = monitoringSchema.parse({});
const connection = {
  ...{
    host: "pooler.example.com",
    port: 5432,
    database: "postgres",
    user: "monitoring.abcdefghijklmnopqrst",
  },
  ...{ password: "test-password", sslMode: "verify-full" as const },
  sslRootCertificate: certificate,
};

const register = (args: Partial<DatabaseMonitoringArgs> = {}) =>
  registeredInAws(
    () =>
      new DatabaseMonitoring("monitoring", {
        account,
        tags,
        ...defaults,
        physicalName: "thorbis-prod",
        connection,
        exposedSchemas: ["public", "shared"],
        key: new Key("key", {}),
        topicArn: "arn:topic",
        scheduleGroup: { name: "thorbis-prod-backup", arn: "arn:group" },
        deadLetterQueue: new Queue("queue", { name: "dead-letters" }),
        ...args,
      }),
  );

test("the function consists of the bundled probe and the certificate, and has the variables that the probe reads", async () => {
  const { inputs } = registered(await register(), "monitoring-probe");
  const { environment, code, ...others } = inputs;
  const variables = (environment as { variables: Record<string, string> }).variables;

  expect(others).toEqual({
    name: "thorbis-prod-monitoring",
    description: "Measures the database and publishes metrics",
    tags,
    role: "arn:monitoring-probe-role-role",
    runtime: "nodejs24.x",
    architectures: ["arm64"],
    handler: "probe.handler",
    memorySize: 256,
    timeout: 120,
    loggingConfig: { logFormat: "Text", logGroup: "/thorbis-prod/monitoring" },
  });
  const { assets } = code as pulumi.asset.AssetArchive;
  const paths = Object.entries(await assets).map(([name, asset]) => [
    name,
    (asset as pulumi.asset.FileAsset).path,
  ]);
  expect(await Promise.all(paths.map(async ([name, file]) => [name, await file]))).toEqual([
    [certificate, certificate],
    ["probe.cjs", "dist/probe.cjs"],
  ]);
  expect(Object.keys(variables).sort()).toEqual([...probeVariables]);
  expect(JSON.stringify(variables)).not.toContain("test-password");
  expect(readEnvironment(variables)).toEqual({
    database: {
      ...{ host: "pooler.example.com", port: 5432, database: "postgres" },
      user: "monitoring.abcdefghijklmnopqrst",
      sslMode: "verify-full",
      sslRootCertificate: `/var/task/${certificate}`,
    },
    passwordSecretArn: "arn:monitoring-database-password",
    namespace: "thorbis-prod/database",
    limits: { exposedSchemas: ["public", "shared"], slowStatementMilliseconds: 1000, blockedSeconds: 30 },
  });
});

test("without a certificate the archive contains none, and there is no variable for it", async () => {
  const { inputs } = registered(
    await register({ connection: { ...connection, sslMode: "disable", sslRootCertificate: undefined } }),
    "monitoring-probe",
  );
  const { assets } = inputs.code as pulumi.asset.AssetArchive;

  expect(Object.keys(await assets)).toEqual(["probe.cjs"]);
  expect((inputs.environment as { variables: object }).variables).not.toHaveProperty("PGSSLROOTCERT");
});

test("in a network the function has subnets and a group without inbound rules; otherwise neither", async () => {
  const inside = await register({ network: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } });
  const outside = await register();

  expect(registered(inside, "monitoring-probe").inputs.vpcConfig).toEqual({
    subnetIds: ["subnet-1"],
    securityGroupIds: ["monitoring-security-group-id"],
  });
  expect(registered(inside, "monitoring-security-group").inputs).toMatchObject({
    name: "thorbis-prod-monitoring",
    vpcId: "vpc-1",
    ingress: [],
  });
  expect(registered(outside, "monitoring-probe").inputs).not.toHaveProperty("vpcConfig");
  expect(outside.has("monitoring-security-group")).toBe(false);
});

test.each([
  [1, "rate(1 minute)"],
  [5, "rate(5 minutes)"],
])(
  "an interval of %d minutes is %s, with one attempt, and failed calls go to the queue",
  async (intervalMinutes, expression) => {
    const { inputs } = registered(await register({ intervalMinutes }), "monitoring-schedule");

    expect(inputs).toEqual({
      name: "thorbis-prod-monitoring",
      groupName: "thorbis-prod-backup",
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: "OFF" },
      kmsKeyArn: "arn:key",
      target: {
        arn: "arn:monitoring-probe",
        roleArn: "arn:monitoring-scheduler-role-role",
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
        deadLetterConfig: { arn: "arn:queue" },
      },
    });
  },
);

test("the probe's alarm fires if the database cannot be reached, or if the probe does not run", async () => {
  const { inputs } = registered(await register(), "monitoring-unreachable");

  expect(inputs).toEqual({
    name: "thorbis-prod-monitoring-unreachable",
    alarmDescription:
      'The probe cannot reach the database, or does not run: docs/operations.md, "Alarms of the database"',
    namespace: "thorbis-prod/database",
    metricName: "DatabaseReachable",
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    period: 300,
    evaluationPeriods: 2,
    treatMissingData: "missing",
    alarmActions: ["arn:topic"],
    okActions: ["arn:topic"],
    insufficientDataActions: ["arn:topic"],
    tags,
  });
});

describe("each alarm has its threshold from the configuration, in the metric's unit", () => {
  const thresholds = {
    connectionsPercent: 71,
    slowStatements: 2,
    failedJobRuns: 3,
    replicationSlotLagMegabytes: 4,
    databaseSizeGigabytes: 5,
    databaseGrowthMegabytesPerDay: 6,
    cacheHitPercent: 97,
    oldestTransactionMinutes: 8,
    blockedSessions: 9,
    tablesWithoutRowSecurity: 10,
  };

  test.each([
    ["connections", "ConnectionsPercent", "GreaterThanThreshold", 71],
    ["slow-statements", "SlowStatements", "GreaterThanThreshold", 2],
    ["failed-jobs", "FailedJobRuns", "GreaterThanThreshold", 3],
    ["replication-slot-lag", "ReplicationSlotLag", "GreaterThanThreshold", 4_194_304],
    ["database-size", "DatabaseSize", "GreaterThanThreshold", 5_368_709_120],
    ["database-growth", "DatabaseGrowthPerDay", "GreaterThanThreshold", 6_291_456],
    ["cache-hit-rate", "CacheHitRate", "LessThanThreshold", 97],
    ["oldest-transaction", "OldestTransaction", "GreaterThanThreshold", 480],
    ["blocked-sessions", "BlockedSessions", "GreaterThanThreshold", 9],
    ["row-security", "TablesWithoutRowSecurity", "GreaterThanThreshold", 10],
    ["incomplete", "FailedMeasurements", "GreaterThanThreshold", 0],
  ])("%s", async (purpose, metricName, comparisonOperator, threshold) => {
    const { inputs } = registered(await register({ thresholds }), `monitoring-${purpose}`);

    expect(inputs).toMatchObject({ metricName, comparisonOperator, threshold, alarmActions: ["arn:topic"] });
    expect(inputs).not.toHaveProperty("insufficientDataActions");
  });
});

test("the dashboard shows every metric once, and the threshold of every alarm", async () => {
  const { inputs } = registered(await register(), "monitoring-dashboard");
  const { widgets } = JSON.parse(String(inputs.dashboardBody)) as {
    widgets: {
      x: number;
      y: number;
      properties: { metrics: string[][]; annotations: { horizontal: { value: number }[] } };
    }[];
  };

  expect(widgets.flatMap(({ properties }) => properties.metrics).sort()).toEqual(
    Object.values(probeMetrics)
      .map(({ name }) => ["thorbis-prod/database", name])
      .sort(),
  );
  const shown = widgets.flatMap(({ properties }) =>
    properties.annotations.horizontal.map(({ value }) => value),
  );
  const thresholds = databaseAlarms(defaults.thresholds).map(({ threshold }) => threshold);
  expect(shown.sort()).toEqual(thresholds.sort());
  expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).toBe(widgets.length);
});

test("the cost estimate counts the declared alarms and metrics", async () => {
  const resources = [...(await register()).values()];
  const alarms = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");

  expect(databaseMonitoringCounts).toEqual({
    alarms: alarms.length,
    metrics: Object.keys(probeMetrics).length,
  });
});
