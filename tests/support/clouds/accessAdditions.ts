import { DeleteResourcePolicyCommand, PutResourcePolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { CreatePipeCommand, DeletePipeCommand } from "@aws-sdk/client-pipes";
import {
  CreateAccessGrantCommand,
  CreateAccessGrantsInstanceCommand,
  CreateAccessGrantsLocationCommand,
  CreateAccessPointCommand,
  CreateMultiRegionAccessPointCommand,
  DeleteAccessGrantCommand,
  DeleteAccessGrantsInstanceCommand,
  DeleteAccessGrantsLocationCommand,
  DeleteAccessPointCommand,
  DeleteMultiRegionAccessPointCommand,
  ListAccessGrantsCommand,
} from "@aws-sdk/client-s3-control";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
} from "@aws-sdk/client-scheduler";
import { PutDataProtectionPolicyCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteQueueCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Addition, Places } from "./addition";
import type { Clouds } from "./clouds";

const accountOf = ({ topicArn }: Places) => String(topicArn.split(":")[4]);
const queueArnOf = ({ topicArn, queueName }: Places) =>
  `arn:aws:sqs:${topicArn.split(":").slice(3, 5).join(":")}:${queueName}`;

/** moto requires a network for a task on Fargate. */
const inSubnet = {
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0123456789abcdef0"] } },
};

/** Starts a task in the stack's cluster, which runs until it is stopped. */
const runTask = async ({ ecs }: Clouds, { clusterArn: cluster }: Places, task: object) =>
  await ecs.send(new RunTaskCommand({ cluster, ...task } as never));
const stopTasks = async ({ ecs }: Clouds, { clusterArn: cluster }: Places) => {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
  for (const task of taskArns) await ecs.send(new StopTaskCommand({ cluster, task }));
  await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
};

/** Access to the stack's resources that other services or settings of the account give. */
export const accessAdditions: readonly Addition[] = [
  {
    name: "the bucket gets an access point, which has its own address and policy",
    by: "aws s3control create-access-point",
    add: async ({ s3Control }, places) =>
      await s3Control.send(
        new CreateAccessPointCommand({
          ...{ AccountId: accountOf(places), Name: "manual" },
          Bucket: places.bucket,
        }),
      ),
    remove: async ({ s3Control }, places) =>
      await s3Control.send(new DeleteAccessPointCommand({ AccountId: accountOf(places), Name: "manual" })),
    reports: "opens    access point $bucket manual: added: reachable from the internet",
  },
  {
    name: "S3 Access Grants give another role temporary credentials for the backups",
    by: "aws s3control create-access-grants-instance, create-access-grants-location, create-access-grant",
    add: async ({ s3Control }, places) => {
      const AccountId = accountOf(places);
      await s3Control.send(new CreateAccessGrantsInstanceCommand({ AccountId }));
      const { AccessGrantsLocationId } = await s3Control.send(
        new CreateAccessGrantsLocationCommand({
          ...{ AccountId, LocationScope: "s3://", IAMRoleArn: places.roleArn },
        }),
      );
      const grant = (Permission: "READ" | "READWRITE", S3SubPrefix: string) =>
        s3Control.send(
          new CreateAccessGrantCommand({
            ...{ AccountId, AccessGrantsLocationId, Permission },
            AccessGrantsLocationConfiguration: { S3SubPrefix },
            Grantee: { GranteeType: "IAM", GranteeIdentifier: places.roleArn },
          }),
        );
      await grant("READ", `${places.bucket}/daily/*`);
      // Control: of another application.
      await grant("READWRITE", `${places.bucket}-of-another-owner/*`);
    },
    remove: async ({ s3Control }, places) => {
      const AccountId = accountOf(places);
      const { AccessGrantsList = [] } = await s3Control.send(new ListAccessGrantsCommand({ AccountId }));
      for (const { AccessGrantId, AccessGrantsLocationId } of AccessGrantsList) {
        await s3Control.send(new DeleteAccessGrantCommand({ AccountId, AccessGrantId }));
        await s3Control.send(new DeleteAccessGrantsLocationCommand({ AccountId, AccessGrantsLocationId }));
      }
      await s3Control.send(new DeleteAccessGrantsInstanceCommand({ AccountId }));
    },
    reports: "opens    access grant $bucket ",
  },
  {
    name: "a multi-region access point includes the bucket",
    by: "aws s3control create-multi-region-access-point",
    add: async ({ s3Control }, places) =>
      await s3Control.send(
        new CreateMultiRegionAccessPointCommand({
          ...{ AccountId: accountOf(places), ClientToken: "manual" },
          Details: { Name: "manual", Regions: [{ Bucket: places.bucket }] },
        }),
      ),
    remove: async ({ s3Control }, places) =>
      await s3Control.send(
        new DeleteMultiRegionAccessPointCommand({
          ...{ AccountId: accountOf(places), ClientToken: "manual", Details: { Name: "manual" } },
        }),
      ),
    reports: "opens    multi-region access point manual: added: includes $bucket",
  },
  {
    name: "another account may write to the log of the backups, for example that one has completed",
    by: "aws logs put-resource-policy",
    add: async ({ logs }, { logGroup, topicArn }) =>
      await logs.send(
        new PutResourcePolicyCommand({
          policyName: "manual",
          policyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                ...{ Effect: "Allow", Principal: { AWS: "210987654321" }, Action: "logs:PutLogEvents" },
                Resource: `arn:aws:logs:${topicArn.split(":").slice(3, 5).join(":")}:log-group:${logGroup}:*`,
              },
            ],
          }),
        }),
      ),
    remove: async ({ logs }) => await logs.send(new DeleteResourcePolicyCommand({ policyName: "manual" })),
    reports: "opens    log resource policy manual: added: 210987654321: logs:PutLogEvents, policy ",
  },
  {
    name: "another account may put events and rules on the event bus",
    by: "aws events put-permission",
    add: async ({ events }) =>
      await events.send(
        new PutPermissionCommand({
          ...{ StatementId: "manual", Action: "events:PutEvents", Principal: "210987654321" },
        }),
      ),
    remove: async ({ events }) => await events.send(new RemovePermissionCommand({ StatementId: "manual" })),
    reports: "opens    event bus permission default manual: added: ",
  },
  {
    name: "a rule starts tasks in the cluster",
    by: "aws events put-rule, put-targets",
    add: async ({ events }, { clusterArn: Arn, roleArn: RoleArn }) => {
      await events.send(new PutRuleCommand({ Name: "manual", ScheduleExpression: "rate(1 hour)" }));
      await events.send(new PutTargetsCommand({ Rule: "manual", Targets: [{ Id: "1", Arn, RoleArn }] }));
    },
    remove: async ({ events }) => {
      await events.send(new RemoveTargetsCommand({ Rule: "manual", Ids: ["1"] }));
      await events.send(new DeleteRuleCommand({ Name: "manual" }));
    },
    reports: "opens    event rule manual: added: starts tasks in $clusterArn",
  },
  {
    name: "a rule of another event bus starts tasks in the cluster",
    by: "aws events create-event-bus, put-rule, put-targets",
    add: async ({ events }, { clusterArn: Arn, roleArn: RoleArn }) => {
      const EventBusName = "of-another-owner";
      await events.send(new CreateEventBusCommand({ Name: EventBusName }));
      const EventPattern = JSON.stringify({ source: ["orders"] });
      await events.send(new PutRuleCommand({ Name: "manual", EventBusName, EventPattern }));
      await events.send(
        new PutTargetsCommand({ Rule: "manual", EventBusName, Targets: [{ Id: "1", Arn, RoleArn }] }),
      );
    },
    remove: async ({ events }) => {
      const EventBusName = "of-another-owner";
      await events.send(new RemoveTargetsCommand({ Rule: "manual", EventBusName, Ids: ["1"] }));
      await events.send(new DeleteRuleCommand({ Name: "manual", EventBusName }));
      await events.send(new DeleteEventBusCommand({ Name: EventBusName }));
    },
    reports: "opens    event rule of-another-owner/manual: added: starts tasks in $clusterArn",
  },
  {
    name: "a schedule in another group starts tasks in the cluster",
    by: "aws scheduler create-schedule --group-name",
    add: async ({ schedules }, { clusterArn: Arn, roleArn: RoleArn }) => {
      await schedules.send(new CreateScheduleGroupCommand({ Name: "of-another-owner" }));
      await schedules.send(
        new CreateScheduleCommand({
          ...{ GroupName: "of-another-owner", Name: "manual", ScheduleExpression: "rate(1 hour)" },
          ...{ FlexibleTimeWindow: { Mode: "OFF" }, Target: { Arn, RoleArn } },
        }),
      );
    },
    remove: async ({ schedules }) =>
      await schedules.send(new DeleteScheduleGroupCommand({ Name: "of-another-owner" })),
    reports: "opens    schedule of-another-owner/manual: added: ENABLED, $clusterArn",
  },
  {
    name: "a pipe reads the dead-letter queue, which ends its alarm",
    by: "aws pipes create-pipe",
    add: async ({ pipes, sqs }, places) => {
      await sqs.send(new CreateQueueCommand({ QueueName: "of-a-pipe" }));
      const Source = queueArnOf(places);
      const Target = Source.replace(places.queueName, "of-a-pipe");
      await pipes.send(new CreatePipeCommand({ Name: "manual", Source, Target, RoleArn: places.roleArn }));
    },
    remove: async ({ pipes, sqs }) => {
      await pipes.send(new DeletePipeCommand({ Name: "manual" }));
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "of-a-pipe" }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
    reports: "opens    event pipe manual: added: from arn:aws:sqs:",
  },
  {
    name: "a policy of the topic rejects messages, such as those of alarms",
    by: "aws sns put-data-protection-policy",
    add: async ({ sns }, { topicArn: ResourceArn }) =>
      await sns.send(
        new PutDataProtectionPolicyCommand({ ResourceArn, DataProtectionPolicy: '{"Name":"manual"}' }),
      ),
    remove: async ({ sns }, { topicArn: ResourceArn }) =>
      await sns.send(new PutDataProtectionPolicyCommand({ ResourceArn, DataProtectionPolicy: "" })),
    reports: "opens    topic data protection ",
  },
  {
    name: "an instance profile contains a role of the stack",
    by: "aws iam add-role-to-instance-profile",
    add: async ({ iam }, { roleName: RoleName }) => {
      await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "manual" }));
      await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "manual", RoleName }));
    },
    remove: async ({ iam }, { roleName: RoleName }) => {
      await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "manual", RoleName }));
      await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: "manual" }));
    },
    reports: "opens    instance profile manual: added: role $roleName",
  },
  {
    name: "a task of another definition runs in the cluster",
    by: "aws ecs run-task --task-definition",
    add: async (clouds, places) => {
      await clouds.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: "of-another-owner",
          containerDefinitions: [{ name: "shell", image: "shell", memory: 128 }],
        }),
      );
      await runTask(clouds, places, {
        taskDefinition: "of-another-owner",
        launchType: "FARGATE",
        ...inSubnet,
      });
    },
    remove: stopTasks,
    reports: "opens    cluster task ",
  },
];
