import { TagResourceCommand as TagAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { TagResourceCommand as TagLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { AuthorizeSecurityGroupEgressCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { TagResourceCommand as TagClusterCommand } from "@aws-sdk/client-ecs";
import {
  DescribeRuleCommand,
  PutRuleCommand,
  TagResourceCommand as TagRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  AttachRolePolicyCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  PutResourcePolicyCommand,
  TagResourceCommand as TagSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { SetTopicAttributesCommand, TagResourceCommand as TagTopicCommand } from "@aws-sdk/client-sns";
import { TagQueueCommand } from "@aws-sdk/client-sqs";
import type { Deployed } from "./deployed";
import {
  alarm,
  everything,
  type FurtherChange,
  managedPolicy,
  queue,
  registerRevision,
  role,
  schedule,
  secret,
  setQueue,
  tag,
  task,
  topic,
  updateAlarm,
  updateSchedule,
} from "./furtherChange";

const probe = { type: "aws:lambda/function:Function" } as const;

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
