import {
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  TagResourceCommand as TagAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { TagResourceCommand as TagLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { AuthorizeSecurityGroupEgressCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  TagResourceCommand as TagClusterCommand,
} from "@aws-sdk/client-ecs";
import { PutRuleCommand, TagResourceCommand as TagRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import {
  GetScheduleCommand,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from "@aws-sdk/client-scheduler";
import {
  PutResourcePolicyCommand,
  TagResourceCommand as TagSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { SetTopicAttributesCommand, TagResourceCommand as TagTopicCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, SetQueueAttributesCommand, TagQueueCommand } from "@aws-sdk/client-sqs";
import type { Clouds } from "./clouds";
import type { Deployed } from "./deployed";

/** A manual change in addition to the one in the table of all resources. */
export interface FurtherChange {
  readonly name: string;
  /** The changed resource: its type and, if there are several, the end of its name. */
  readonly of: { readonly type: string; readonly ending?: string };
  /** The call that makes the change. */
  readonly by: string;
  change(clouds: Clouds, resource: Deployed): Promise<unknown>;
  /** The resource that a refresh reports, if it is not the changed one: its type and its full name. */
  readonly seenBy?: { readonly type: string; readonly ending: string };
  /** The properties that a refresh must report. */
  readonly reports: readonly string[];
  /** Texts that the report must show in addition to the properties. */
  readonly shows?: readonly string[];
}

const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const tag = { Key: "owner", Value: "me" } as const;

const role = (ending: string) => ({ type: "aws:iam/role:Role", ending }) as const;
const schedule = (ending: string) => ({ type: "aws:scheduler/schedule:Schedule", ending }) as const;
const alarm = (ending: string) => ({ type: "aws:cloudwatch/metricAlarm:MetricAlarm", ending }) as const;
const secret = { type: "aws:secretsmanager/secret:Secret", ending: "backup-database-password" } as const;
const topic = { type: "aws:sns/topic:Topic" } as const;
const queue = { type: "aws:sqs/queue:Queue" } as const;
const task = (ending: string) => ({ type: "aws:ecs/taskDefinition:TaskDefinition", ending }) as const;

/** Creates a managed policy and returns its ARN. */
const managedPolicy = async ({ iam }: Clouds, PolicyName: string): Promise<string | undefined> =>
  (await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: everything }))).Policy?.Arn;

/** Updates these settings of a schedule, which the change in the table of all resources has already disabled. */
const updateSchedule = async (
  { schedules }: Clouds,
  { id }: Deployed,
  settings: (found: UpdateScheduleCommandInput) => Partial<UpdateScheduleCommandInput>,
) => {
  const [GroupName, Name] = id.split("/");
  const { $metadata: _, ...found } = await schedules.send(new GetScheduleCommand({ GroupName, Name }));
  const before = found as UpdateScheduleCommandInput;
  await schedules.send(new UpdateScheduleCommand({ ...before, GroupName, Name, ...settings(before) }));
};

const updateAlarm = async ({ alarms }: Clouds, { id }: Deployed, settings: object) => {
  const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [id] }));
  const [found] = MetricAlarms;
  await alarms.send(
    new PutMetricAlarmCommand({
      AlarmName: id,
      AlarmDescription: found?.AlarmDescription,
      ActionsEnabled: found?.ActionsEnabled,
      AlarmActions: found?.AlarmActions,
      OKActions: found?.OKActions,
      Namespace: found?.Namespace,
      MetricName: found?.MetricName,
      Dimensions: found?.Dimensions,
      Statistic: found?.Statistic,
      Period: found?.Period,
      EvaluationPeriods: found?.EvaluationPeriods,
      DatapointsToAlarm: found?.DatapointsToAlarm,
      Threshold: found?.Threshold,
      ComparisonOperator: found?.ComparisonOperator,
      TreatMissingData: found?.TreatMissingData,
      ...settings,
    }),
  );
};

/** Registers a new revision in which one container differs. */
const registerRevision = async ({ ecs }: Clouds, { id }: Deployed, differing: object) => {
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: id }));
  const containerDefinitions = (taskDefinition?.containerDefinitions ?? []).map((container) => ({
    ...container,
    ...differing,
  }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...(taskDefinition as RegisterTaskDefinitionCommandInput),
      containerDefinitions,
    }),
  );
};

/** moto drops the policy of a queue when another attribute is set without it. */
const setQueue = async ({ sqs }: Clouds, { id }: Deployed, attributes: Record<string, string>) => {
  const names = { QueueUrl: id, AttributeNames: ["Policy" as const] };
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(names));
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { ...Attributes, ...attributes } }),
  );
};

/** Made together with the changes in the table of all resources. The next up reverts all of them. */
export const furtherChanges: readonly FurtherChange[] = [
  {
    name: "an inline policy is added to the role of the backup",
    of: role("backup-task-role-role"),
    by: "aws iam put-role-policy",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "helpful", PolicyDocument: everything }),
      ),
    seenBy: {
      type: "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
      ending: "backup-task-role-policies",
    },
    reports: ["policyNames"],
    shows: ["helpful"],
  },
  {
    name: "a managed policy is attached to the role of the scheduler",
    of: role("backup-scheduler-role-role"),
    by: "aws iam attach-role-policy",
    change: async (clouds, { id: RoleName }) =>
      await clouds.iam.send(
        new AttachRolePolicyCommand({ RoleName, PolicyArn: await managedPolicy(clouds, "everything") }),
      ),
    seenBy: {
      type: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
      ending: "backup-scheduler-role-attachments",
    },
    reports: ["policyArns"],
    shows: ["policy/everything"],
  },
  {
    name: "a role gets a permissions boundary",
    of: role("backup-execution-role-role"),
    by: "aws iam put-role-permissions-boundary",
    change: async (clouds, { id: RoleName }) =>
      await clouds.iam.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName,
          PermissionsBoundary: await managedPolicy(clouds, "boundary-by-hand"),
        }),
      ),
    reports: ["permissionsBoundary"],
  },
  {
    name: "a role's maximum session duration becomes twelve hours",
    of: role("backup-task-role-role"),
    by: "aws iam update-role --max-session-duration 43200",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43_200 })),
    reports: ["maxSessionDuration"],
  },
  {
    name: "a role's description changes",
    of: role("backup-scheduler-role-role"),
    by: "aws iam update-role --description",
    change: async ({ iam }, { id: RoleName }) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const MaxSessionDuration = Role?.MaxSessionDuration;
      await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration, Description: "by hand" }));
    },
    reports: ["description"],
  },
  {
    name: "a role is tagged",
    of: role("backup-execution-role-role"),
    by: "aws iam tag-role",
    change: async ({ iam }, { id: RoleName }) =>
      await iam.send(new TagRoleCommand({ RoleName, Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "another account may read the secret",
    of: secret,
    by: "aws secretsmanager put-resource-policy",
    change: async ({ secrets }, { id: SecretId }) =>
      await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: everything })),
    reports: ["policy"],
  },
  {
    name: "the secret is tagged",
    of: secret,
    by: "aws secretsmanager tag-resource",
    change: async ({ secrets }, { id: SecretId }) =>
      await secrets.send(new TagSecretCommand({ SecretId, Tags: [tag] })),
    reports: ["tags", "owner"],
  },
  {
    name: "the schedule of the backup ends tomorrow",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --end-date",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ EndDate: new Date(Date.now() + 86_400_000) })),
    reports: ["endDate"],
  },
  {
    name: "the schedule of the backup starts in a year",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --start-date",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({
        StartDate: new Date(Date.now() + 365 * 86_400_000),
        EndDate: new Date(Date.now() + 366 * 86_400_000),
      })),
    reports: ["startDate"],
  },
  {
    name: "backups run once a year",
    of: schedule("backup-schedule"),
    by: "aws scheduler update-schedule --schedule-expression",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ ScheduleExpression: "cron(0 3 1 1 ? *)" })),
    reports: ["scheduleExpression"],
  },
  {
    name: "a schedule's time zone changes",
    of: schedule("backup-prune-schedule"),
    by: "aws scheduler update-schedule --schedule-expression-timezone",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ ScheduleExpressionTimezone: "Asia/Tokyo" })),
    reports: ["scheduleExpressionTimezone"],
  },
  {
    name: "a schedule gets a flexible window of a day",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --flexible-time-window",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({
        FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1440 },
      })),
    reports: ["flexibleTimeWindow", "maximumWindowInMinutes"],
  },
  {
    name: "a schedule passes other input to its task",
    of: schedule("backup-prune-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && { ...Target, Input: '{"containerOverrides":[]}' },
      })),
    reports: ["target", "input"],
  },
  {
    name: "a schedule starts its task with another role",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --target",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, ({ Target }) => ({
        Target: Target && { ...Target, RoleArn: "arn:aws:iam::123456789012:role/of-somebody-else" },
      })),
    reports: ["target", "roleArn"],
  },
  {
    name: "a schedule's description changes",
    of: schedule("backup-drill-schedule"),
    by: "aws scheduler update-schedule --description",
    change: async (clouds, resource) =>
      await updateSchedule(clouds, resource, () => ({ Description: "by hand" })),
    reports: ["description"],
  },
  {
    name: "a revision with another image is registered",
    of: task("backup-task-definition"),
    by: "aws ecs register-task-definition",
    change: async (clouds, resource) =>
      await registerRevision(clouds, resource, { image: "evil.example/backup:latest" }),
    reports: ["containerDefinitions"],
    shows: ["evil.example/backup:latest"],
  },
  {
    name: "a revision with another environment is registered",
    of: task("backup-prune-task-definition"),
    by: "aws ecs register-task-definition",
    change: async (clouds, resource) =>
      await registerRevision(clouds, resource, {
        environment: [{ name: "BACKUP_BUCKET", value: "bucket-of-somebody-else" }],
      }),
    reports: ["containerDefinitions"],
    shows: ["bucket-of-somebody-else"],
  },
  {
    name: "the cluster is tagged",
    of: { type: "aws:ecs/cluster:Cluster" },
    by: "aws ecs tag-resource",
    change: async ({ ecs }, { id: resourceArn }) =>
      await ecs.send(new TagClusterCommand({ resourceArn, tags: [{ key: "owner", value: "me" }] })),
    reports: ["tags", "owner"],
  },
  {
    name: "an egress rule to all addresses is added",
    of: { type: "aws:ec2/securityGroup:SecurityGroup", ending: "backup-security-group" },
    by: "aws ec2 authorize-security-group-egress",
    change: async ({ ec2 }, { id: GroupId }) =>
      await ec2.send(
        new AuthorizeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 0, ToPort: 65_535, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    reports: ["egress"],
  },
  {
    name: "a security group is tagged",
    of: { type: "aws:ec2/securityGroup:SecurityGroup", ending: "upkeep-security-group" },
    by: "aws ec2 create-tags",
    change: async ({ ec2 }, { id }) =>
      await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [tag] })),
    reports: ["tags", "owner"],
  },
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

/** Returns the resource that is changed. */
export function changedBy({ of }: FurtherChange, resources: readonly Deployed[]): Deployed {
  return oneOf(resources, of);
}

/** Returns the resource that a refresh reports for it. */
export function reporterOf(change: FurtherChange, resources: readonly Deployed[]): Deployed {
  return oneOf(resources, change.seenBy ?? change.of);
}

function oneOf(resources: readonly Deployed[], { type, ending = "" }: FurtherChange["of"]): Deployed {
  const found = resources.filter((resource) => resource.type === type && resource.name.endsWith(ending));
  const [first, ...others] = found;
  if (first === undefined || others.length > 0) {
    throw new Error(`${found.length} resources are a ${type} named …${ending}`);
  }
  return first;
}
