import { DisableAlarmActionsCommand, PutDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { PutMetricFilterCommand, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DisableRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { account, type Case, output } from "./case";

/** Cases of CloudWatch, its logs and EventBridge, each after those on which it depends. */
export const cloudwatchCases: readonly Case[] = [
  {
    token: "aws:cloudwatch/logGroup:LogGroup",
    inputs: () => ({ name: "/specimen/backup", retentionInDays: 30 }),
    changeManually: async (aws, id) =>
      aws.use("logs").send(new PutRetentionPolicyCommand({ logGroupName: id, retentionInDays: 1 })),
    found: { retentionInDays: "update" },
  },
  {
    token: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    inputs: () => ({
      name: "specimen",
      logGroupName: "/specimen/backup",
      pattern: '{ $.event = "done" }',
      metricTransformation: { name: "Bytes", namespace: "Specimen", value: "$.bytes", unit: "Bytes" },
    }),
    changeManually: async (aws, id) =>
      aws.use("logs").send(
        new PutMetricFilterCommand({
          logGroupName: "/specimen/backup",
          filterName: id,
          filterPattern: '{ $.event = "other" }',
          metricTransformations: [
            { metricName: "Bytes", metricNamespace: "Specimen", metricValue: "$.bytes", unit: "Bytes" },
          ],
        }),
      ),
    found: { pattern: "update" },
  },
  {
    token: "aws:cloudwatch/metricAlarm:MetricAlarm",
    inputs: (world) => ({
      name: "specimen",
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: 26,
      datapointsToAlarm: 26,
      metricName: "Bytes",
      namespace: "Specimen",
      dimensions: { QueueName: "specimen" },
      period: 3600,
      statistic: "SampleCount",
      threshold: 1,
      treatMissingData: "breaching",
      alarmActions: [output(world, "Topic", "arn")],
    }),
    changeManually: async (aws, id) =>
      aws.use("cloudwatch").send(new DisableAlarmActionsCommand({ AlarmNames: [id] })),
    found: { actionsEnabled: "update" },
  },
  {
    token: "aws:cloudwatch/dashboard:Dashboard",
    inputs: () => ({ dashboardName: "specimen", dashboardBody: '{"widgets":[]}' }),
    changeManually: async (aws, id) =>
      aws
        .use("cloudwatch")
        .send(new PutDashboardCommand({ DashboardName: id, DashboardBody: '{"start":"-P1D","widgets":[]}' })),
    found: { dashboardBody: "update" },
  },
  {
    token: "aws:cloudwatch/eventRule:EventRule",
    inputs: () => ({ name: "specimen", eventPattern: '{"source":["aws.ecs"]}' }),
    changeManually: async (aws, id) => aws.use("events").send(new DisableRuleCommand({ Name: id })),
    found: { state: "update" },
  },
  {
    token: "aws:cloudwatch/eventTarget:EventTarget",
    inputs: (world) => ({
      rule: "specimen",
      targetId: "topic",
      arn: output(world, "Topic", "arn"),
      inputTransformer: {
        inputPaths: { reason: "$.detail.stoppedReason" },
        inputTemplate: '"failed: <reason>"',
      },
    }),
    changeManually: async (aws) =>
      aws.use("events").send(
        new PutTargetsCommand({
          Rule: "specimen",
          Targets: [{ Id: "topic", Arn: `arn:aws:sns:us-east-1:${account}:other` }],
        }),
      ),
    found: {
      arn: "update",
      "inputTransformer.inputPaths": "add",
      "inputTransformer.inputTemplate": "add",
    },
  },
];
