import { DisableAlarmActionsCommand, PutDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { PutMetricFilterCommand, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  DeleteFlowLogsCommand,
  DeleteNatGatewayCommand,
  DetachInternetGatewayCommand,
  DisassociateAddressCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { PutImageTagMutabilityCommand, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import { DeregisterTaskDefinitionCommand, UpdateClusterCommand } from "@aws-sdk/client-ecs";
import { DisableRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  AttachRolePolicyCommand,
  CreatePolicyVersionCommand,
  ListPoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { DeleteAliasCommand, DisableKeyRotationCommand } from "@aws-sdk/client-kms";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { GetScheduleCommand, TagResourceCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { PutSecretValueCommand, UpdateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { SetTopicAttributesCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Aws } from "../../../fakes/aws/client";
import type { PropertyMap, Value } from "../../../plugins/provider-host/values";
import { Archive, Asset, Secret } from "../../../plugins/provider-host/values";

/** Returns the resources on which a case depends, by the last part of their tokens. */
export type World = ReadonlyMap<string, { readonly id: string; readonly outputs: PropertyMap }>;

export interface Case {
  readonly token: string;
  inputs(world: World): PropertyMap;
  /** A manual change, as in the console. */
  byHand(aws: Aws, id: string, outputs: PropertyMap): Promise<unknown>;
  /** The properties that a refresh then reports; "gone" if the resource no longer exists. */
  readonly found: Readonly<Record<string, string>> | "gone";
}

const account = "123456789012";
/** Resources in a network are found by these tags. */
const networkTags = { Name: "specimen", "thorbis:stack": "specimen" };
export const names = { bucket: "specimen-bucket", family: "specimen-task" } as const;

const output = (world: World, kind: string, property: string): Value => {
  const value = world.get(kind)?.outputs[property];
  if (value === undefined) throw new Error(`${kind} was not created, or has no ${property}`);
  return value;
};
const text = (value: Value | undefined): string => {
  if (typeof value !== "string") throw new Error("not a string");
  return value;
};
const policyFor = (action: string, resource: Value): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "One", Effect: "Deny", Principal: "*", Action: [action], Resource: resource }],
  });
/** The code of a function: one file. The engine computes the hash; here it is a name for the text. */
export const archiveOf = (text: string, hash: string): Archive =>
  new Archive({ hash, assets: { "index.js": new Asset({ hash, text }) } });
/** A policy by which untagged images expire after this many days. */
const expiry = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber },
        action: { type: "expire" },
      },
    ],
  });
const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** Each type once, after the types on which it depends. */
export const cases: readonly Case[] = [
  {
    token: "aws:kms/key:Key",
    inputs: () => ({ description: "Specimen", enableKeyRotation: true, deletionWindowInDays: 7 }),
    byHand: async (aws, id) => aws.use("kms").send(new DisableKeyRotationCommand({ KeyId: id })),
    found: { enableKeyRotation: "update" },
  },
  {
    token: "aws:kms/alias:Alias",
    inputs: (world) => ({ name: "alias/specimen", targetKeyId: output(world, "Key", "keyId") }),
    byHand: async (aws, id) => aws.use("kms").send(new DeleteAliasCommand({ AliasName: id })),
    found: "gone",
  },
  {
    token: "aws:s3/bucket:Bucket",
    inputs: () => ({ bucket: names.bucket, objectLockEnabled: true }),
    byHand: async (aws, id) =>
      aws
        .use("s3")
        .send(
          new PutBucketTaggingCommand({ Bucket: id, Tagging: { TagSet: [{ Key: "owner", Value: "me" }] } }),
        ),
    found: { tags: "delete" },
  },
  {
    token: "aws:s3/bucketLogging:BucketLogging",
    inputs: () => ({ bucket: names.bucket, targetBucket: "specimen-records", targetPrefix: "s3/" }),
    byHand: async (aws, id) =>
      aws.use("s3").send(new PutBucketLoggingCommand({ Bucket: id, BucketLoggingStatus: {} })),
    found: "gone",
  },
  {
    token: "aws:s3/bucketNotification:BucketNotification",
    inputs: () => ({ bucket: names.bucket, eventbridge: true }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: id,
          NotificationConfiguration: {
            TopicConfigurations: [
              {
                Id: "by-hand",
                TopicArn: `arn:aws:sns:us-east-1:${account}:of-somebody-else`,
                Events: ["s3:ObjectCreated:*"],
              },
            ],
          },
        }),
      ),
    found: { topics: "delete" },
  },
  {
    token: "aws:s3/bucketVersioning:BucketVersioning",
    inputs: () => ({ bucket: "specimen-versioned", versioningConfiguration: { status: "Enabled" } }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketVersioningCommand({
          Bucket: id,
          VersioningConfiguration: { Status: "Suspended" },
        }),
      ),
    found: { "versioningConfiguration.status": "update" },
  },
  {
    token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    inputs: () => ({
      bucket: "specimen-versioned",
      role: `arn:aws:iam::${account}:role/replication`,
      rules: [
        {
          id: "copies",
          priority: 1,
          status: "Enabled",
          destination: {
            bucket: "arn:aws:s3:::specimen-records",
            storageClass: "STANDARD_IA",
            metrics: { status: "Enabled" },
            encryptionConfiguration: { replicaKmsKeyId: `arn:aws:kms:us-west-2:${account}:key/one` },
          },
        },
      ],
    }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketReplicationCommand({
          Bucket: id,
          ReplicationConfiguration: {
            Role: `arn:aws:iam::${account}:role/replication`,
            Rules: [
              {
                ID: "copies",
                Priority: 1,
                Status: "Disabled",
                Filter: { Prefix: "" },
                Destination: { Bucket: "arn:aws:s3:::of-somebody-else" },
              },
            ],
          },
        }),
      ),
    found: {
      "rules[0].destination.bucket": "update",
      "rules[0].destination.encryptionConfiguration": "add",
      "rules[0].destination.metrics": "add",
      "rules[0].destination.storageClass": "add",
      "rules[0].status": "update",
    },
  },
  {
    token: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: (world) => ({
      bucket: names.bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: output(world, "Key", "arn"),
          },
          bucketKeyEnabled: true,
        },
      ],
    }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketEncryptionCommand({
          Bucket: id,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
      ),
    found: {
      "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId": "add",
      "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm": "update",
      "rules[0].bucketKeyEnabled": "add",
    },
  },
  {
    token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: () => ({
      bucket: names.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutPublicAccessBlockCommand({
          Bucket: id,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: false,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        }),
      ),
    found: { blockPublicPolicy: "update" },
  },
  {
    token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    inputs: () => ({ bucket: names.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketOwnershipControlsCommand({
          Bucket: id,
          OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
        }),
      ),
    found: { "rule.objectOwnership": "update" },
  },
  {
    token: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    inputs: () => ({
      bucket: names.bucket,
      rules: [
        {
          id: "abort",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
        },
        {
          id: "old",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          expiration: { expiredObjectDeleteMarker: true },
          transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
        },
      ] satisfies Value[] as Value[],
    }),
    byHand: async (aws, id) => {
      const s3 = aws.use("s3");
      const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id }));
      const [first, ...rest] = Rules;
      const changed = { ...first, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 90 } };
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: id,
          LifecycleConfiguration: { Rules: [{ Status: "Enabled", ...changed }, ...rest] },
        }),
      );
    },
    found: { "rules[0].abortIncompleteMultipartUpload.daysAfterInitiation": "update" },
  },
  {
    token: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    inputs: () => ({ bucket: names.bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } } }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutObjectLockConfigurationCommand({
          Bucket: id,
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
          },
        }),
      ),
    found: { "rule.defaultRetention.days": "update" },
  },
  {
    token: "aws:s3/bucketPolicy:BucketPolicy",
    inputs: () => ({ bucket: names.bucket, policy: policyFor("s3:*", `arn:aws:s3:::${names.bucket}/*`) }),
    byHand: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketPolicyCommand({
          Bucket: id,
          Policy: policyFor("s3:DeleteObject", `arn:aws:s3:::${names.bucket}/*`),
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:iam/role:Role",
    inputs: () => ({ name: "specimen", assumeRolePolicy: trust("ecs-tasks.amazonaws.com") }),
    byHand: async (aws, id) =>
      aws.use("iam").send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: id,
          PolicyDocument: trust("lambda.amazonaws.com"),
        }),
      ),
    found: { assumeRolePolicy: "update" },
  },
  {
    token: "aws:iam/rolePolicy:RolePolicy",
    inputs: (world) => ({
      name: "task",
      role: output(world, "Role", "name"),
      policy: policyFor("s3:PutObject", "*"),
    }),
    byHand: async (aws, id) => {
      const [RoleName, PolicyName] = id.split(":");
      const iam = aws.use("iam");
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: policyFor("s3:*", "*") }),
      );
    },
    found: { policy: "update" },
  },
  {
    token: "aws:iam/policy:Policy",
    inputs: () => ({
      name: "specimen-boundary",
      policy: policyFor("s3:*", "*").replace(/"Principal":"\\*",/, ""),
    }),
    byHand: async (aws, id) =>
      aws.use("iam").send(
        new CreatePolicyVersionCommand({
          PolicyArn: id,
          PolicyDocument: policyFor("iam:*", "*").replace(/"Principal":"\\*",/, ""),
          SetAsDefault: true,
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    inputs: (world) => ({ roleName: output(world, "Role", "name"), policyNames: ["task"] }),
    byHand: async (aws, RoleName) =>
      aws
        .use("iam")
        .send(
          new PutRolePolicyCommand({ RoleName, PolicyName: "x", PolicyDocument: policyFor("s3:*", "*") }),
        ),
    found: { "policyNames[1]": "delete" },
  },
  {
    token: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    inputs: (world) => ({ roleName: output(world, "Role", "name"), policyArns: [] }),
    byHand: async (aws, RoleName) => {
      const iam = aws.use("iam");
      const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policies?.[0]?.Arn }));
    },
    found: { "policyArns[0]": "delete" },
  },
  {
    token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    inputs: () => ({
      url: "https://token.example.com",
      clientIdLists: ["sts.amazonaws.com"],
      thumbprintLists: ["1".repeat(40)],
    }),
    byHand: async (aws, id) =>
      aws.use("iam").send(
        new UpdateOpenIDConnectProviderThumbprintCommand({
          OpenIDConnectProviderArn: id,
          ThumbprintList: ["2".repeat(40)],
        }),
      ),
    found: { "thumbprintLists[0]": "update" },
  },
  {
    token: "aws:ecr/repository:Repository",
    inputs: () => ({
      name: "specimen",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    }),
    byHand: async (aws, id) =>
      aws
        .use("ecr")
        .send(new PutImageTagMutabilityCommand({ repositoryName: id, imageTagMutability: "MUTABLE" })),
    found: { imageTagMutability: "update" },
  },
  {
    token: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    inputs: (world) => ({ repository: output(world, "Repository", "name"), policy: expiry(30) }),
    byHand: async (aws, id) =>
      aws
        .use("ecr")
        .send(new PutLifecyclePolicyCommand({ repositoryName: id, lifecyclePolicyText: expiry(1) })),
    found: { policy: "update" },
  },
  {
    token: "aws:ecs/cluster:Cluster",
    inputs: () => ({ name: "specimen", settings: [{ name: "containerInsights", value: "enabled" }] }),
    byHand: async (aws, id) =>
      aws.use("ecs").send(
        new UpdateClusterCommand({
          cluster: id,
          settings: [{ name: "containerInsights", value: "disabled" }],
        }),
      ),
    found: { "settings[0]": "update" },
  },
  {
    token: "aws:ecs/taskDefinition:TaskDefinition",
    inputs: (world) => ({
      family: names.family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      executionRoleArn: output(world, "Role", "arn"),
      taskRoleArn: output(world, "Role", "arn"),
      containerDefinitions: JSON.stringify([
        {
          name: "backup",
          image: "specimen:1",
          essential: true,
          privileged: false,
          readonlyRootFilesystem: true,
          stopTimeout: 120,
          user: "10001:10001",
          environment: [
            { name: "PGHOST", value: "h" },
            { name: "AWS_REGION", value: "us-east-1" },
          ],
          secrets: [{ name: "PGPASSWORD", valueFrom: "arn" }],
          linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", mode: "blocking" } },
        },
      ]),
    }),
    byHand: async (aws, _id, outputs) =>
      aws.use("ecs").send(new DeregisterTaskDefinitionCommand({ taskDefinition: text(outputs.arn) })),
    found: "gone",
  },
  {
    token: "aws:ec2/vpc:Vpc",
    inputs: () => ({ cidrBlock: "10.80.0.0/24", enableDnsHostnames: true, tags: networkTags }),
    byHand: async (aws, id) =>
      aws.use("ec2").send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: false } })),
    found: { enableDnsHostnames: "update" },
  },
  {
    token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    inputs: (world) => ({ vpcId: output(world, "Vpc", "id"), ingress: [], egress: [] }),
    byHand: async (aws, id) =>
      aws.use("ec2").send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: id,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    found: { "ingress[0]": "delete" },
  },
  {
    token: "aws:ec2/subnet:Subnet",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      cidrBlock: "10.80.0.0/26",
      availabilityZone: "us-east-1a",
      tags: networkTags,
    }),
    byHand: async (aws, id) =>
      aws
        .use("ec2")
        .send(new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value: true } })),
    found: { mapPublicIpOnLaunch: "update" },
  },
  {
    token: "aws:ec2/internetGateway:InternetGateway",
    inputs: (world) => ({ vpcId: output(world, "Vpc", "id"), tags: networkTags }),
    byHand: async (aws, id, outputs) =>
      aws
        .use("ec2")
        .send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: text(outputs.vpcId) })),
    found: { vpcId: "update" },
  },
  {
    token: "aws:ec2/eip:Eip",
    inputs: () => ({ domain: "vpc", tags: networkTags }),
    byHand: async (aws, id) => aws.use("ec2").send(new ReleaseAddressCommand({ AllocationId: id })),
    found: "gone",
  },
  {
    token: "aws:ec2/natGateway:NatGateway",
    inputs: (world) => ({
      allocationId: output(world, "Eip", "id"),
      subnetId: output(world, "Subnet", "id"),
      tags: networkTags,
    }),
    byHand: async (aws, id, outputs) => {
      const ec2 = aws.use("ec2");
      await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
      // As AWS itself does.
      await ec2.send(new DisassociateAddressCommand({ AssociationId: text(outputs.associationId) }));
    },
    found: "gone",
  },
  {
    token: "aws:ec2/routeTable:RouteTable",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      tags: networkTags,
      routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: output(world, "NatGateway", "id") }],
    }),
    byHand: async (aws, id, outputs) => {
      const [route] = outputs.routes as PropertyMap[];
      await aws.use("ec2").send(
        new CreateRouteCommand({
          RouteTableId: id,
          DestinationCidrBlock: "203.0.113.0/24",
          NatGatewayId: text(route?.natGatewayId),
        }),
      );
    },
    found: { "routes[1]": "delete" },
  },
  {
    token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    inputs: (world) => ({
      routeTableId: output(world, "RouteTable", "id"),
      subnetId: output(world, "Subnet", "id"),
    }),
    byHand: async (aws, id) => aws.use("ec2").send(new DisassociateRouteTableCommand({ AssociationId: id })),
    found: "gone",
  },
  {
    token: "aws:ec2/vpcEndpoint:VpcEndpoint",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      serviceName: "com.amazonaws.us-east-1.s3",
      vpcEndpointType: "Gateway",
      tags: networkTags,
      policy: policyFor("s3:PutObject", "*"),
      routeTableIds: [output(world, "RouteTable", "id")],
    }),
    byHand: async (aws, id) =>
      aws
        .use("ec2")
        .send(
          new ModifyVpcEndpointCommand({ VpcEndpointId: id, PolicyDocument: policyFor("s3:GetObject", "*") }),
        ),
    found: { policy: "update" },
  },
  {
    token: "aws:ec2/securityGroup:SecurityGroup",
    inputs: () => ({
      name: "specimen",
      description: "Nothing comes in",
      ingress: [],
      egress: [
        {
          protocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrBlocks: ["0.0.0.0/0"],
          ipv6CidrBlocks: ["::/0"],
          description: "HTTPS",
        },
        { protocol: "udp", fromPort: 53, toPort: 53, cidrBlocks: ["10.0.0.0/8"], description: "Names" },
      ] satisfies Value[] as Value[],
    }),
    byHand: async (aws, id) =>
      aws.use("ec2").send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: id,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    found: { "ingress[0]": "delete" },
  },
  {
    token: "aws:sqs/queue:Queue",
    inputs: () => ({ name: "specimen", messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true }),
    byHand: async (aws, id) =>
      aws.use("sqs").send(
        new SetQueueAttributesCommand({
          QueueUrl: id,
          Attributes: { MessageRetentionPeriod: "60" },
        }),
      ),
    found: { messageRetentionSeconds: "update" },
  },
  {
    token: "aws:sqs/queuePolicy:QueuePolicy",
    inputs: (world) => ({
      queueUrl: output(world, "Queue", "url"),
      policy: policyFor("sqs:SendMessage", output(world, "Queue", "arn")),
    }),
    byHand: async (aws, id, outputs) =>
      aws.use("sqs").send(
        new SetQueueAttributesCommand({
          QueueUrl: id,
          Attributes: { Policy: text(outputs.policy).replace("Deny", "Allow") },
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:cloudwatch/logGroup:LogGroup",
    inputs: () => ({ name: "/specimen/backup", retentionInDays: 30 }),
    byHand: async (aws, id) =>
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
    byHand: async (aws, id) =>
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
    token: "aws:sns/topic:Topic",
    inputs: () => ({ name: "specimen", displayName: "Specimen" }),
    byHand: async (aws, id) =>
      aws.use("sns").send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "DisplayName",
          AttributeValue: "Other",
        }),
      ),
    found: { displayName: "update" },
  },
  {
    token: "aws:sns/topicPolicy:TopicPolicy",
    inputs: (world) => ({
      arn: output(world, "Topic", "arn"),
      policy: policyFor("sns:Publish", output(world, "Topic", "arn")),
    }),
    byHand: async (aws, id) =>
      aws.use("sns").send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "Policy",
          AttributeValue: policyFor("sns:Subscribe", id),
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:sns/topicSubscription:TopicSubscription",
    inputs: (world) => ({
      topic: output(world, "Topic", "arn"),
      protocol: "email",
      endpoint: "operations@example.com",
    }),
    byHand: async (aws, id) => aws.use("sns").send(new UnsubscribeCommand({ SubscriptionArn: id })),
    found: "gone",
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
    byHand: async (aws, id) =>
      aws.use("cloudwatch").send(new DisableAlarmActionsCommand({ AlarmNames: [id] })),
    found: { actionsEnabled: "update" },
  },
  {
    token: "aws:cloudwatch/dashboard:Dashboard",
    inputs: () => ({ dashboardName: "specimen", dashboardBody: '{"widgets":[]}' }),
    byHand: async (aws, id) =>
      aws
        .use("cloudwatch")
        .send(new PutDashboardCommand({ DashboardName: id, DashboardBody: '{"start":"-P1D","widgets":[]}' })),
    found: { dashboardBody: "update" },
  },
  {
    token: "aws:lambda/function:Function",
    inputs: (world) => ({
      name: "specimen",
      description: "Specimen",
      role: output(world, "Role", "arn"),
      handler: "index.handler",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      code: archiveOf("exports.handler = 1;", "one"),
      environment: { variables: { PLACE: "here" } },
      loggingConfig: { logFormat: "Text", logGroup: output(world, "LogGroup", "name") },
      timeout: 30,
    }),
    byHand: async (aws, id) =>
      aws.use("lambda").send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: id,
          Timeout: 60,
          Environment: { Variables: { PLACE: "there" } },
        }),
      ),
    found: { timeout: "update", "environment.variables.PLACE": "update" },
  },
  {
    token: "aws:ec2/flowLog:FlowLog",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      trafficType: "ALL",
      tags: networkTags,
      iamRoleArn: output(world, "Role", "arn"),
      logDestination: output(world, "LogGroup", "arn"),
    }),
    byHand: async (aws, id) => aws.use("ec2").send(new DeleteFlowLogsCommand({ FlowLogIds: [id] })),
    found: "gone",
  },
  {
    token: "aws:cloudwatch/eventRule:EventRule",
    inputs: () => ({ name: "specimen", eventPattern: '{"source":["aws.ecs"]}' }),
    byHand: async (aws, id) => aws.use("events").send(new DisableRuleCommand({ Name: id })),
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
    byHand: async (aws) =>
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
  {
    token: "aws:secretsmanager/secret:Secret",
    inputs: () => ({ name: "specimen", description: "Specimen", recoveryWindowInDays: 7 }),
    byHand: async (aws, id) =>
      aws.use("secretsmanager").send(new UpdateSecretCommand({ SecretId: id, Description: "Other" })),
    found: { description: "update" },
  },
  {
    token: "aws:secretsmanager/secretVersion:SecretVersion",
    inputs: (world) => ({
      secretId: output(world, "Secret", "arn"),
      secretString: new Secret("canary-in-secret-string"),
      versionStages: ["AWSCURRENT"],
    }),
    byHand: async (aws, id) =>
      aws
        .use("secretsmanager")
        .send(new PutSecretValueCommand({ SecretId: id.split("|")[0], SecretString: "other" })),
    found: { "versionStages[0]": "update" },
  },
  {
    token: "aws:scheduler/scheduleGroup:ScheduleGroup",
    inputs: () => ({ name: "specimen", tags: { team: "platform" } }),
    byHand: async (aws, _id, outputs) =>
      aws.use("scheduler").send(
        new TagResourceCommand({
          ResourceArn: text(outputs.arn),
          Tags: [
            { Key: "team", Value: "other" },
            { Key: "owner", Value: "me" },
          ],
        }),
      ),
    found: { "tags.owner": "delete", "tags.team": "update" },
  },
  {
    token: "aws:scheduler/schedule:Schedule",
    inputs: (world) => ({
      name: "specimen",
      groupName: output(world, "ScheduleGroup", "name"),
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
      target: {
        arn: output(world, "Cluster", "arn"),
        roleArn: output(world, "Role", "arn"),
        ecsParameters: {
          taskDefinitionArn: output(world, "TaskDefinition", "arn"),
          launchType: "FARGATE",
          networkConfiguration: {
            subnets: ["subnet-b", "subnet-a"],
            securityGroups: [output(world, "SecurityGroup", "id")],
            assignPublicIp: false,
          },
        },
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: output(world, "Queue", "arn") },
      },
    }),
    byHand: async (aws, id) => {
      const scheduler = aws.use("scheduler");
      const [GroupName, Name] = id.split("/");
      const { Target, FlexibleTimeWindow } = await scheduler.send(
        new GetScheduleCommand({ GroupName, Name }),
      );
      const ScheduleExpression = "rate(7 days)";
      await scheduler.send(
        new UpdateScheduleCommand({
          GroupName,
          Name,
          Target,
          FlexibleTimeWindow,
          ScheduleExpression,
          State: "DISABLED",
        }),
      );
    },
    found: { scheduleExpression: "update", scheduleExpressionTimezone: "update", state: "update" },
  },
];
