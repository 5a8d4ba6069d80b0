import { TagResourceCommand as TagAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { TagResourceCommand as TagLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeRuleCommand,
  PutRuleCommand,
  TagResourceCommand as TagRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  PublishLayerVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { SetTopicAttributesCommand, TagResourceCommand as TagTopicCommand } from "@aws-sdk/client-sns";
import { TagQueueCommand } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import {
  alarm,
  type FurtherChange,
  queue,
  schedule,
  setQueue,
  tag,
  topic,
  updateAlarm,
  updateSchedule,
} from "./furtherChange";

const probe = { type: "aws:lambda/function:Function" } as const;

/** Changes of the topic, the queue, the log group, the alarms, the probe and the rule. */
export const furtherAlarmChanges: readonly FurtherChange[] = [
  {
    name: "alarms are encrypted with another key",
    of: topic,
    by: "aws sns set-topic-attributes --attribute-name KmsMasterKeyId",
    change: async ({ sns }, { id: TopicArn }) =>
      await sns.send(
        new SetTopicAttributesCommand({
          TopicArn,
          AttributeName: "KmsMasterKeyId",
          AttributeValue: "alias/aws/sns",
        }),
      ),
    reports: ["kmsMasterKeyId"],
  },
  {
    name: "the topic is tagged",
    of: topic,
    by: "aws sns tag-resource",
    change: async ({ sns }, { id: ResourceArn }) =>
      await sns.send(new TagTopicCommand({ ResourceArn, Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "the dead-letter queue's visibility timeout becomes twelve hours",
    of: queue,
    by: "aws sqs set-queue-attributes --attributes VisibilityTimeout=43200",
    change: async (clouds, resource) => await setQueue(clouds, resource, { VisibilityTimeout: "43200" }),
    reports: ["visibilityTimeoutSeconds"],
  },
  {
    name: "the dead-letter queue delays its messages",
    of: queue,
    by: "aws sqs set-queue-attributes --attributes DelaySeconds=900",
    change: async (clouds, resource) => await setQueue(clouds, resource, { DelaySeconds: "900" }),
    reports: ["delaySeconds"],
  },
  {
    name: "the dead-letter queue accepts small messages only",
    of: queue,
    by: "aws sqs set-queue-attributes --attributes MaximumMessageSize=1024",
    change: async (clouds, resource) => await setQueue(clouds, resource, { MaximumMessageSize: "1024" }),
    reports: ["maxMessageSize"],
  },
  {
    name: "the queue is tagged",
    of: queue,
    by: "aws sqs tag-queue",
    change: async ({ sqs }, { id: QueueUrl }) =>
      await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { owner: "me" } })),
    reports: ["tags", "owner"],
  },
  {
    name: "the log group is tagged",
    of: { type: "aws:cloudwatch/logGroup:LogGroup", ending: "backup-log" },
    by: "aws logs tag-resource",
    change: async ({ logs }, resource) =>
      await logs.send(new TagLogGroupCommand({ resourceArn: resource.text("arn"), tags: { owner: "me" } })),
    reports: ["tags", "owner"],
  },
  {
    name: "an alarm's threshold changes",
    of: alarm("backup-alarms-too-small"),
    by: "aws cloudwatch put-metric-alarm --threshold",
    change: async (clouds, resource) => await updateAlarm(clouds, resource, { Threshold: 0 }),
    reports: ["threshold"],
  },
  {
    name: "an alarm's actions are removed",
    of: alarm("backup-alarms-missing"),
    by: "aws cloudwatch put-metric-alarm --alarm-actions",
    change: async (clouds, resource) => await updateAlarm(clouds, resource, { AlarmActions: [] }),
    reports: ["alarmActions"],
  },
  {
    name: "an alarm treats missing data as not breaching",
    of: alarm("backup-alarms-not-drilled"),
    by: "aws cloudwatch put-metric-alarm --treat-missing-data notBreaching",
    change: async (clouds, resource) =>
      await updateAlarm(clouds, resource, { TreatMissingData: "notBreaching" }),
    reports: ["treatMissingData"],
  },
  {
    name: "an alarm watches another metric",
    of: alarm("backup-alarms-not-started"),
    by: "aws cloudwatch put-metric-alarm --metric-name",
    change: async (clouds, resource) =>
      await updateAlarm(clouds, resource, { MetricName: "NumberOfMessagesDeleted" }),
    reports: ["metricName"],
  },
  {
    name: "an alarm is tagged",
    of: alarm("backup-alarms-too-small"),
    by: "aws cloudwatch tag-resource",
    change: async ({ alarms }, resource) =>
      await alarms.send(new TagAlarmCommand({ ResourceARN: resource.text("arn"), Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "an alarm waits for a year",
    of: alarm("backup-alarms-missing"),
    by: "aws cloudwatch put-metric-alarm --evaluation-periods",
    change: async (clouds, resource) =>
      await updateAlarm(clouds, resource, { EvaluationPeriods: 5, DatapointsToAlarm: 5 }),
    reports: ["evaluationPeriods"],
  },
  {
    name: "an alarm fires in the opposite case",
    of: alarm("backup-alarms-not-drilled"),
    by: "aws cloudwatch put-metric-alarm --comparison-operator",
    change: async (clouds, resource) =>
      await updateAlarm(clouds, resource, { ComparisonOperator: "LessThanOrEqualToThreshold" }),
    reports: ["comparisonOperator"],
  },
  {
    name: "the probe sends its results elsewhere",
    of: probe,
    by: "aws lambda update-function-configuration --environment",
    change: async ({ lambda }, { id: FunctionName }) =>
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { NODE_OPTIONS: "--require /tmp/evil.js" } },
        }),
      ),
    reports: ["environment"],
    shows: ["NODE_OPTIONS"],
  },
  {
    name: "the probe runs with another role",
    of: probe,
    by: "aws lambda update-function-configuration --role",
    change: async ({ lambda }, { id: FunctionName }) =>
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Role: "arn:aws:iam::123456789012:role/of-somebody-else",
        }),
      ),
    reports: ["role"],
    shows: ["role/of-somebody-else"],
  },
  {
    name: "the probe has more memory",
    of: probe,
    by: "aws lambda update-function-configuration --memory-size 3008",
    change: async ({ lambda }, { id: FunctionName }) =>
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 3008 })),
    reports: ["memorySize"],
  },
  {
    name: "the probe may not run any more",
    of: probe,
    by: "aws lambda put-function-concurrency --reserved-concurrent-executions 0",
    change: async ({ lambda }, { id: FunctionName }) =>
      await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })),
    reports: ["reservedConcurrentExecutions"],
  },
  {
    name: "a layer runs other code in the probe",
    of: probe,
    by: "aws lambda update-function-configuration --layers",
    change: async ({ lambda }, { id: FunctionName }) => {
      const Content = { ZipFile: zipSync({ "index.js": strToU8("exports.other = 1;") }) };
      const layer = await lambda.send(
        new PublishLayerVersionCommand({ LayerName: "of-another-owner", Content }),
      );
      await lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [String(layer.LayerVersionArn)] }),
      );
    },
    reports: ["layers"],
    shows: ["layer:of-another-owner:1"],
  },
  {
    name: "the probe starts another function of its code",
    of: probe,
    by: "aws lambda update-function-configuration --handler",
    change: async ({ lambda }, { id: FunctionName }) =>
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: "other.handler" })),
    reports: ["handler"],
    shows: ["other.handler"],
  },
  {
    name: "a schedule that fails is not reported",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && { ...Target, DeadLetterConfig: undefined },
      })),
    reports: ["target", "deadLetterConfig"],
  },
  {
    name: "a schedule is not retried",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && {
          ...Target,
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      })),
    reports: ["target", "retryPolicy"],
  },
  {
    name: "the rule's description changes",
    of: { type: "aws:cloudwatch/eventRule:EventRule" },
    by: "aws events put-rule --description",
    change: async ({ events }, { id: Name }) => {
      const { EventPattern } = await events.send(new DescribeRuleCommand({ Name }));
      await events.send(
        new PutRuleCommand({ Name, EventPattern, State: "DISABLED", Description: "by hand" }),
      );
    },
    reports: ["description"],
  },
  {
    name: "the rule matches other tasks",
    of: { type: "aws:cloudwatch/eventRule:EventRule" },
    by: "aws events put-rule --event-pattern",
    change: async ({ events }, { id: Name }) =>
      await events.send(
        new PutRuleCommand({ Name, EventPattern: '{"source":["aws.nothing"]}', State: "DISABLED" }),
      ),
    reports: ["eventPattern"],
  },
  {
    name: "the rule is tagged",
    of: { type: "aws:cloudwatch/eventRule:EventRule" },
    by: "aws events tag-resource",
    change: async ({ events }, resource) =>
      await events.send(new TagRuleCommand({ ResourceARN: resource.text("arn"), Tags: [tag] })),
    reports: ["tags", "owner"],
  },
];
