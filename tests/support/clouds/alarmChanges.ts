import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
} from "@aws-sdk/client-sns";
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import type { Clouds } from "./clouds";
import type { CloudChanges } from "./manualChange";

const topicAttributes = async ({ sns }: Clouds, TopicArn: string) =>
  (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};

const queueAttributes = async ({ sqs }: Clouds, QueueUrl: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes ?? {};

/** Returns the newest version of a filter: moto keeps every version, in order. */
const metricFilter = async ({ logs }: Clouds, logGroupName: string, name: string) => {
  const { metricFilters = [] } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName }));
  return metricFilters.filter(({ filterName }) => filterName === name).at(-1);
};

/** Manual changes of the alarms for missing, failed and undersized backups. */
export const alarmChanges: CloudChanges = {
  "aws:cloudwatch/logGroup:LogGroup": {
    look: async ({ logs }, { id }) => {
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
      return logGroups?.map(({ logGroupName, retentionInDays }) => ({ logGroupName, retentionInDays }));
    },
    change: async ({ logs }, { id }) =>
      await logs.send(new PutRetentionPolicyCommand({ logGroupName: id, retentionInDays: 1 })),
    reports: ["retentionInDays"],
    deletion: {
      remove: async ({ logs }, { id }) => {
        // moto would leave the filters behind.
        const { metricFilters = [] } = await logs.send(
          new DescribeMetricFiltersCommand({ logGroupName: id }),
        );
        for (const { filterName } of metricFilters) {
          await logs.send(new DeleteMetricFilterCommand({ logGroupName: id, filterName }));
        }
        await logs.send(new DeleteLogGroupCommand({ logGroupName: id }));
      },
      takes: ["aws:cloudwatch/logMetricFilter:LogMetricFilter"],
    },
  },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
    look: async (clouds, resource) => {
      const filter = await metricFilter(clouds, resource.text("logGroupName"), resource.id);
      return { pattern: filter?.filterPattern, metrics: filter?.metricTransformations };
    },
    change: async (clouds, resource) => {
      const logGroupName = resource.text("logGroupName");
      const filter = await metricFilter(clouds, logGroupName, resource.id);
      await clouds.logs.send(
        new PutMetricFilterCommand({
          logGroupName,
          filterName: resource.id,
          filterPattern: '{ $.event = "never" }',
          metricTransformations: filter?.metricTransformations,
        }),
      );
    },
    reports: ["pattern"],
    deletion: {
      remove: async (clouds, resource) => {
        const logGroupName = resource.text("logGroupName");
        while ((await metricFilter(clouds, logGroupName, resource.id)) !== undefined) {
          await clouds.logs.send(new DeleteMetricFilterCommand({ logGroupName, filterName: resource.id }));
        }
      },
    },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    look: async ({ alarms }, { id }) => {
      const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [id] }));
      return MetricAlarms.map((alarm) => ({
        enabled: alarm.ActionsEnabled,
        actions: alarm.AlarmActions,
        metric: alarm.MetricName,
        threshold: alarm.Threshold,
        missing: alarm.TreatMissingData,
      }));
    },
    change: async ({ alarms }, { id }) =>
      await alarms.send(new DisableAlarmActionsCommand({ AlarmNames: [id] })),
    reports: ["actionsEnabled"],
    deletion: {
      remove: async ({ alarms }, { id }) => await alarms.send(new DeleteAlarmsCommand({ AlarmNames: [id] })),
    },
  },
  "aws:cloudwatch/eventRule:EventRule": {
    look: async ({ events }, { id }) => {
      const { State, Description, EventPattern } = await events.send(new DescribeRuleCommand({ Name: id }));
      return { State, Description, EventPattern };
    },
    change: async ({ events }, { id }) => await events.send(new DisableRuleCommand({ Name: id })),
    reports: ["state"],
    deletion: {
      remove: async ({ events }, { id }) => {
        const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: id }));
        const Ids = Targets.flatMap(({ Id }) => Id ?? []);
        if (Ids.length > 0) await events.send(new RemoveTargetsCommand({ Rule: id, Ids }));
        await events.send(new DeleteRuleCommand({ Name: id }));
      },
      takes: ["aws:cloudwatch/eventTarget:EventTarget"],
    },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    look: async ({ events }, resource) =>
      (await events.send(new ListTargetsByRuleCommand({ Rule: resource.text("rule") }))).Targets,
    change: async ({ events }, resource) =>
      await events.send(
        new PutTargetsCommand({
          Rule: resource.text("rule"),
          Targets: [{ Id: resource.text("targetId"), Arn: `${resource.text("arn")}-of-somebody-else` }],
        }),
      ),
    reports: ["arn", "inputTransformer"],
    deletion: {
      remove: async ({ events }, resource) =>
        await events.send(
          new RemoveTargetsCommand({ Rule: resource.text("rule"), Ids: [resource.text("targetId")] }),
        ),
    },
  },
  "aws:sns/topic:Topic": {
    look: async (clouds, { id }) => (await topicAttributes(clouds, id)).DisplayName ?? "",
    change: async ({ sns }, { id }) =>
      await sns.send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "DisplayName",
          AttributeValue: "Lottery",
        }),
      ),
    reports: ["displayName"],
    deletion: {
      remove: async ({ sns }, { id }) => await sns.send(new DeleteTopicCommand({ TopicArn: id })),
      takes: ["aws:sns/topicPolicy:TopicPolicy"],
    },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    look: async (clouds, { id }) => JSON.parse((await topicAttributes(clouds, id)).Policy ?? ""),
    change: async (clouds, { id }) => {
      const { Policy = "" } = await topicAttributes(clouds, id);
      await clouds.sns.send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "Policy",
          AttributeValue: Policy.replace("Deny", "Allow"),
        }),
      );
    },
    reports: ["policy"],
    deletion: { none: "a topic always has a policy" },
  },
  "aws:sqs/queue:Queue": {
    look: async (clouds, { id }) => {
      const { MessageRetentionPeriod, SqsManagedSseEnabled, VisibilityTimeout } = await queueAttributes(
        clouds,
        id,
      );
      return { MessageRetentionPeriod, SqsManagedSseEnabled, VisibilityTimeout };
    },
    change: async (clouds, { id }) => {
      // moto drops the policy of a queue when another attribute is set without it.
      const { Policy = "" } = await queueAttributes(clouds, id);
      const Attributes = { MessageRetentionPeriod: "60", Policy };
      await clouds.sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes }));
    },
    reports: ["messageRetentionSeconds"],
    deletion: {
      remove: async ({ sqs }, { id }) => await sqs.send(new DeleteQueueCommand({ QueueUrl: id })),
      takes: ["aws:sqs/queuePolicy:QueuePolicy"],
    },
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    look: async (clouds, { id }) => JSON.parse((await queueAttributes(clouds, id)).Policy ?? ""),
    change: async (clouds, { id }) => {
      const { Policy = "" } = await queueAttributes(clouds, id);
      await clouds.sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: id,
          Attributes: { Policy: Policy.replace("Deny", "Allow") },
        }),
      );
    },
    reports: ["policy"],
    deletion: {
      remove: async ({ sqs }, { id }) =>
        await sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: "" } })),
    },
  },
};
