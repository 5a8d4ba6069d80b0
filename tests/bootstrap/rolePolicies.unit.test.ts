import { describe, expect, it, test } from "vitest";
import type { PolicyPlace } from "../../bootstrap/policies/place";
import { deployManagedPolicy, deployPolicy, previewPolicy } from "../../bootstrap/policies/rolePolicies";
import { policyDocument } from "../../components/policyDocument";
import { accountId, arn, type Call, decideFor, place } from "./place";

const bucket = "arn:aws:s3:::thorbis-backups";
const state = "arn:aws:s3:::thorbis-pulumi-state/.pulumi";
const copies = "arn:aws:s3:::thorbis-backups-us-west-2";
const inSecondRegion = (service: string, resource: string) =>
  arn(service, resource).replace("us-east-1", "us-west-2");
const keyOfCopies = inSecondRegion("kms", "key/44444444-4444-4444-4444-444444444444");
const key = arn("kms", "key/33333333-3333-3333-3333-333333333333");
const group = arn("ec2", "security-group/sg-0123456789abcdef0");
const role = `arn:aws:iam::${accountId}:role/thorbis-prod-backup-task`;
const probeRole = `arn:aws:iam::${accountId}:role/thorbis-prod-monitoring-probe`;
const probe = arn("lambda", "function:thorbis-prod-monitoring");
const dashboard = `arn:aws:cloudwatch::${accountId}:dashboard/thorbis-prod-database`;
const bound = { "iam:PermissionsBoundary": place.boundaryArn };
const ours = { "aws:ResourceTag/thorbis:stack": "thorbis-supabase/prod" };
const claimed = { "aws:RequestTag/thorbis:stack": "thorbis-supabase/prod" };
const foreign = { "aws:ResourceTag/thorbis:stack": "thorbis-supabase/dev" };

/** The calls of a refresh and a preview. */
const reads: Call[] = [
  ["tag:GetResources", "*"],
  ["kms:ListAliases", "*"],
  ["s3:ListBucket", bucket],
  ["s3:GetBucketPolicy", bucket],
  ["s3:GetBucketObjectLockConfiguration", bucket],
  ["s3:GetEncryptionConfiguration", bucket],
  ["s3:GetLifecycleConfiguration", bucket],
  ["s3:GetReplicationConfiguration", bucket],
  ["s3:GetBucketPolicy", copies],
  ["kms:DescribeKey", keyOfCopies, ours],
  ["sns:GetTopicAttributes", inSecondRegion("sns", "thorbis-prod-backup-alarms")],
  ["kms:DescribeKey", key, ours],
  ["kms:GetKeyRotationStatus", key, ours],
  ["logs:DescribeLogGroups", "*"],
  ["logs:DescribeAccountPolicies", "*"],
  ["cloudwatch:ListAlarmMuteRules", "*"],
  ["cloudwatch:GetAlarmMuteRule", arn("cloudwatch", "alarm-mute-rule:maintenance")],
  ["logs:DescribeMetricFilters", arn("logs", "log-group:/thorbis-prod/backup")],
  ["ecs:DescribeClusters", arn("ecs", "cluster/thorbis-prod-backup")],
  ["ecs:DescribeTaskDefinition", "*"],
  ["scheduler:ListSchedules", "*"],
  ["scheduler:GetSchedule", arn("scheduler", "schedule/thorbis-prod-backup/thorbis-prod-backup-drill")],
  [
    "secretsmanager:GetSecretValue",
    arn("secretsmanager", "secret:thorbis-prod/backup/database-password-a1b2c3"),
  ],
  ["sqs:GetQueueAttributes", arn("sqs", "thorbis-prod-backup-dead-letters")],
  ["sns:GetTopicAttributes", arn("sns", "thorbis-prod-backup-alarms")],
  ["cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:*")],
  ["events:DescribeRule", arn("events", "rule/thorbis-prod-backup-failed")],
  ["iam:GetRolePolicy", role],
  ["iam:GetRolePolicy", probeRole],
  ["lambda:GetFunction", probe],
  ["lambda:GetPolicy", probe],
  ["lambda:GetFunctionUrlConfig", probe],
  ["lambda:ListVersionsByFunction", probe],
  ["lambda:ListAliases", probe],
  ["lambda:GetFunctionEventInvokeConfig", probe],
  ["lambda:ListEventSourceMappings", "*"],
  ["s3:GetAnalyticsConfiguration", bucket],
  ["s3:ListAccessGrants", "*"],
  ["s3:ListAccessPoints", "*"],
  ["s3:ListMultiRegionAccessPoints", "*"],
  ["s3:GetAccountPublicAccessBlock", "*"],
  ["logs:DescribeResourcePolicies", "*"],
  ["events:DescribeEventBus", arn("events", "event-bus/default")],
  ["events:ListEventBuses", "*"],
  ["events:ListRuleNamesByTarget", "*"],
  ["pipes:ListPipes", "*"],
  ["iam:ListInstanceProfiles", "*"],
  ["ecs:ListTasks", "*"],
  ["ecs:DescribeTasks", arn("ecs", "task/thorbis-prod-backup/0123")],
  ["ecr:GetRepositoryPolicy", arn("ecr", "repository/thorbis-backup")],
  ["sns:GetDataProtectionPolicy", arn("sns", "thorbis-prod-backup-alarms")],
  ["route53:ListHostedZonesByVPC", "*"],
  ["ec2:DescribeNetworkInterfaces", "*"],
  ["ec2:DescribeNetworkAcls", "*"],
  ["cloudwatch:GetDashboard", dashboard],
  ["ec2:DescribeSecurityGroups", "*"],
  ["ec2:DescribeDhcpOptions", "*"],
  ["ec2:DescribeFlowLogs", "*"],
  ["ec2:DescribeNatGateways", "*"],
  ["ec2:DescribeVpcPeeringConnections", "*"],
  ["ec2:DescribeVpcEndpoints", "*"],
  ["ec2:DescribeInstances", "*"],
  ["ec2:DescribeTransitGatewayVpcAttachments", "*"],
  ["ec2:DescribeVpnGateways", "*"],
  ["s3:GetObject", `${state}/stacks/thorbis-supabase/prod.json`],
  ["s3:PutObject", `${state}/locks/organization/thorbis-supabase/prod/1.json`],
  ["s3:DeleteObject", `${state}/locks/organization/thorbis-supabase/prod/1.json`],
  ["kms:Decrypt", place.secretsKeyArn],
];

/** The calls of only a deployment, from the first `up` to the last `destroy`. */
const writes: Call[] = [
  ["s3:CreateBucket", bucket],
  ["s3:PutBucketPolicy", bucket],
  ["s3:PutLifecycleConfiguration", bucket],
  ["s3:DeleteBucket", bucket],
  ["s3:PutBucketNotification", bucket],
  ["s3:PutBucketLogging", bucket],
  ["s3:CreateBucket", `${bucket}-logs`],
  ["s3:PutBucketPolicy", `${bucket}-logs`],
  ["s3:PutReplicationConfiguration", bucket],
  ["s3:CreateBucket", copies],
  ["s3:PutBucketObjectLockConfiguration", copies],
  ["kms:TagResource", keyOfCopies, claimed],
  ["kms:PutKeyPolicy", keyOfCopies, ours],
  ["kms:CreateAlias", inSecondRegion("kms", "alias/thorbis-prod-backup")],
  ["sns:CreateTopic", inSecondRegion("sns", "thorbis-prod-backup-alarms")],
  ["sqs:CreateQueue", inSecondRegion("sqs", "thorbis-prod-backup-replica-dead-letters")],
  ["events:PutRule", inSecondRegion("events", "rule/thorbis-prod-backup-replica-deleted")],
  ["events:PutTargets", inSecondRegion("events", "rule/thorbis-prod-backup-replica-deleted")],
  ["cloudwatch:PutMetricAlarm", inSecondRegion("cloudwatch", "alarm:thorbis-prod-backup-replica-late")],
  [
    "iam:PassRole",
    role.replace("backup-task", "backup-replication"),
    { "iam:PassedToService": "s3.amazonaws.com" },
  ],
  ["kms:CreateKey", "*", claimed],
  ["kms:TagResource", key, { ...ours, ...claimed }],
  ["kms:PutKeyPolicy", key, ours],
  ["kms:CreateAlias", key, ours],
  ["kms:CreateAlias", arn("kms", "alias/thorbis-prod-backup")],
  ["kms:DeleteAlias", arn("kms", "alias/thorbis-prod-backup")],
  ["kms:ScheduleKeyDeletion", key, ours],
  ["logs:CreateLogGroup", arn("logs", "log-group:/thorbis-prod/backup")],
  ["logs:PutMetricFilter", arn("logs", "log-group:/thorbis-prod/backup")],
  ["ecs:CreateCluster", arn("ecs", "cluster/thorbis-prod-backup")],
  ["ecs:RegisterTaskDefinition", arn("ecs", "task-definition/thorbis-prod-backup-drill:3")],
  ["ecs:DeregisterTaskDefinition", "*"],
  ["scheduler:UpdateSchedule", arn("scheduler", "schedule/thorbis-prod-backup/thorbis-prod-backup")],
  [
    "secretsmanager:CreateSecret",
    arn("secretsmanager", "secret:thorbis-prod/backup/database-password-a1b2c3"),
  ],
  [
    "secretsmanager:DeleteSecret",
    arn("secretsmanager", "secret:thorbis-prod/backup/database-password-a1b2c3"),
  ],
  ["sqs:SetQueueAttributes", arn("sqs", "thorbis-prod-backup-dead-letters")],
  ["sns:Subscribe", arn("sns", "thorbis-prod-backup-alarms")],
  ["cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:thorbis-prod-backup-missing")],
  ["events:PutTargets", arn("events", "rule/thorbis-prod-backup-failed")],
  ["ec2:CreateSecurityGroup", group, claimed],
  ["ec2:CreateTags", group, { ...claimed, "ec2:CreateAction": "CreateSecurityGroup" }],
  ["ec2:CreateVpc", arn("ec2", "vpc/*"), claimed],
  ["ec2:ModifyVpcAttribute", arn("ec2", "vpc/vpc-0123456789abcdef0"), ours],
  ["ec2:CreateSubnet", arn("ec2", "subnet/*"), claimed],
  ["ec2:CreateSubnet", arn("ec2", "vpc/vpc-0123456789abcdef0"), ours],
  ["ec2:AllocateAddress", arn("ec2", "elastic-ip/*"), claimed],
  ["ec2:CreateNatGateway", arn("ec2", "natgateway/*"), claimed],
  ["ec2:CreateNatGateway", arn("ec2", "elastic-ip/eipalloc-0123456789abcdef0"), ours],
  ["ec2:DeleteNatGateway", arn("ec2", "natgateway/nat-0123456789abcdef0"), ours],
  ["ec2:CreateRoute", arn("ec2", "route-table/rtb-0123456789abcdef0"), ours],
  ["ec2:AssociateRouteTable", arn("ec2", "subnet/subnet-0123456789abcdef0"), ours],
  ["ec2:CreateVpcEndpoint", arn("ec2", "vpc-endpoint/*"), claimed],
  ["ec2:ModifyVpcEndpoint", arn("ec2", "vpc-endpoint/vpce-0123456789abcdef0"), ours],
  ["ec2:CreateFlowLogs", arn("ec2", "vpc-flow-log/*"), claimed],
  ["ec2:CreateTags", group, claimed],
  ["ec2:ReleaseAddress", arn("ec2", "elastic-ip/eipalloc-0123456789abcdef0"), ours],
  ["ec2:DeleteVpc", arn("ec2", "vpc/vpc-0123456789abcdef0"), ours],
  ["iam:PassRole", role, { "iam:PassedToService": "vpc-flow-logs.amazonaws.com" }],
  ["ec2:AuthorizeSecurityGroupEgress", group, ours],
  ["ec2:DeleteSecurityGroup", group, ours],
  ["iam:CreateRole", role, bound],
  ["iam:PutRolePolicy", role, bound],
  ["iam:PassRole", role, { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
  ["iam:DeleteRole", role],
  ["iam:CreateRole", probeRole, bound],
  ["iam:PassRole", probeRole, { "iam:PassedToService": "lambda.amazonaws.com" }],
  ["iam:PassRole", probeRole, { "iam:PassedToService": "scheduler.amazonaws.com" }],
  ["lambda:CreateFunction", probe],
  ["lambda:UpdateFunctionCode", probe],
  ["lambda:DeleteFunction", probe],
  ["cloudwatch:PutDashboard", dashboard],
  ["cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:thorbis-prod-monitoring-unreachable")],
  ["logs:CreateLogGroup", arn("logs", "log-group:/thorbis-prod/monitoring")],
  [
    "secretsmanager:CreateSecret",
    arn("secretsmanager", "secret:thorbis-prod/monitoring/database-password-a1b2c3"),
  ],
  ["s3:PutObject", `${state}/stacks/thorbis-supabase/prod.json`],
  ["s3:PutObject", `${state}/history/thorbis-supabase/prod/prod-1.history.json`],
];

/** Calls that neither role may make: to another environment, for more permissions, and on the content of backups. */
const never: Call[] = [
  ["s3:GetObject", `${bucket}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["s3:DeleteObject", `${bucket}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["s3:DeleteObjectVersion", `${bucket}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["s3:BypassGovernanceRetention", `${bucket}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["s3:GetObject", `${copies}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["s3:DeleteObjectVersion", `${copies}/runs/20260101T000000000Z-00000000/data-001.sql.zst`],
  ["kms:ScheduleKeyDeletion", keyOfCopies, foreign],
  ["logs:DeleteLogGroup", inSecondRegion("logs", "log-group:/thorbis-prod/backup")],
  ["sns:DeleteTopic", arn("sns", "thorbis-prod-backup-alarms").replace("us-east-1", "eu-west-1")],
  [
    "events:RemoveTargets",
    arn("events", "rule/thorbis-prod-backup-replica-deleted").replace("us-east-1", "eu-west-1"),
  ],
  ["s3:PutBucketPolicy", "arn:aws:s3:::thorbis-backups-dev"],
  ["s3:PutBucketPolicy", "arn:aws:s3:::thorbis-pulumi-state"],
  ["s3:GetObject", `${state}/stacks/thorbis-supabase/dev.json`],
  ["s3:PutObject", `${state}/stacks/thorbis-supabase/dev.json`],
  ["kms:ScheduleKeyDeletion", key, foreign],
  ["kms:UpdateAlias", key, foreign],
  ["kms:UpdateAlias", arn("kms", "alias/thorbis-dev-backup")],
  ["kms:ScheduleKeyDeletion", place.stateKeyArn],
  ["kms:TagResource", key, { ...foreign, ...claimed }],
  ["iam:CreateRole", role],
  ["iam:CreateRole", role, { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" }],
  ["iam:PutRolePolicy", role],
  ["iam:DeleteRolePermissionsBoundary", role],
  ["iam:CreateRole", `arn:aws:iam::${accountId}:role/thorbis-prod-deploy`, bound],
  ["iam:PutRolePolicy", `arn:aws:iam::${accountId}:role/thorbis-prod-deploy`, bound],
  ["iam:PassRole", role, { "iam:PassedToService": "lambda.amazonaws.com" }],
  ["iam:PassRole", probeRole, { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
  ["lambda:UpdateFunctionCode", arn("lambda", "function:thorbis-dev-monitoring")],
  ["lambda:InvokeFunction", probe],
  ["lambda:AddPermission", probe],
  ["lambda:CreateFunctionUrlConfig", probe],
  ["cloudwatch:DeleteDashboards", `arn:aws:cloudwatch::${accountId}:dashboard/thorbis-dev-database`],
  ["iam:AttachRolePolicy", role],
  ["iam:CreatePolicyVersion", place.boundaryArn],
  ["iam:CreateUser", `arn:aws:iam::${accountId}:user/ghost`],
  [
    "secretsmanager:GetSecretValue",
    arn("secretsmanager", "secret:thorbis-dev/backup/database-password-a1b2c3"),
  ],
  ["ec2:DeleteSecurityGroup", group, foreign],
  ["ec2:CreateTags", group, { ...claimed, ...foreign }],
  ["ec2:CreateVpc", arn("ec2", "vpc/*")],
  ["ec2:CreateSubnet", arn("ec2", "vpc/vpc-0123456789abcdef0"), foreign],
  ["ec2:DeleteVpc", arn("ec2", "vpc/vpc-0123456789abcdef0"), foreign],
  ["ec2:DeleteVpc", arn("ec2", "vpc/vpc-0123456789abcdef0")],
  ["ec2:CreateRoute", arn("ec2", "route-table/rtb-0123456789abcdef0"), foreign],
  ["ec2:ReleaseAddress", arn("ec2", "elastic-ip/eipalloc-0123456789abcdef0")],
  ["ec2:CreateTags", arn("ec2", "vpc/vpc-0123456789abcdef0"), claimed],
  ["ec2:RunInstances", arn("ec2", "subnet/subnet-0123456789abcdef0"), ours],
  ["sns:DeleteTopic", arn("sns", "thorbis-dev-backup-alarms")],
  ["sts:AssumeRole", `arn:aws:iam::${accountId}:role/admin`],
  ["organizations:LeaveOrganization", "*"],
];

/** Returns all permissions of the role that deploys. */
const deployRole = (of: PolicyPlace) =>
  policyDocument(...deployPolicy(of).Statement, ...deployManagedPolicy(of).Statement);

describe("the deploy role", () => {
  const identity = deployRole(place);

  it.each([...reads, ...writes])("may %s on %s", async (action, resource, context = {}) => {
    expect(await decideFor(identity, [action, resource, context])).toBe("Allowed");
  });

  it.each(never)("may not %s on %s", async (action, resource, context = {}) => {
    expect(await decideFor(identity, [action, resource, context])).toBe("ImplicitlyDenied");
  });
});

test("may adopt the default security group only if the stack creates a network", async () => {
  const claim: Call = ["ec2:CreateTags", group, claimed];

  expect(await decideFor(deployManagedPolicy(place), claim)).toBe("Allowed");
  expect(await decideFor(deployManagedPolicy({ ...place, ownNetwork: false }), claim)).toBe(
    "ImplicitlyDenied",
  );
});

describe("the preview role", () => {
  const identity = previewPolicy(place);

  it.each(reads)("may %s on %s", async (action, resource, context = {}) => {
    expect(await decideFor(identity, [action, resource, context])).toBe("Allowed");
  });

  it.each([...writes, ...never])("may not %s on %s", async (action, resource, context = {}) => {
    expect(await decideFor(identity, [action, resource, context])).toBe("ImplicitlyDenied");
  });
});

test("may use a second region and pass roles to S3 only if the stack has copies there", async () => {
  const { replica: _, ...without } = place;
  const handOver: Call = ["iam:PassRole", role, { "iam:PassedToService": "s3.amazonaws.com" }];
  for (const call of [
    ["s3:CreateBucket", copies],
    ["kms:PutKeyPolicy", keyOfCopies, ours],
    handOver,
  ] as Call[]) {
    expect(await decideFor(deployRole(place), call)).toBe("Allowed");
    expect(await decideFor(deployRole(without), call)).toBe("ImplicitlyDenied");
  }
});

test("keeps its permissions on an earlier bucket of the stack, where a move removes the replication rule", async () => {
  const moved = { ...place, retiredBucketNames: ["thorbis-backups-old", "thorbis-copies-old"] };
  for (const action of ["s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"]) {
    for (const bucket of moved.retiredBucketNames) {
      const call: Call = [action, `arn:aws:s3:::${bucket}`];
      expect(await decideFor(deployPolicy(moved), call), bucket).toBe("Allowed");
      expect(await decideFor(deployPolicy(place), call), bucket).toBe("ImplicitlyDenied");
    }
  }
  const object: Call = ["s3:DeleteObjectVersion", "arn:aws:s3:::thorbis-backups-old/runs/1/manifest.json"];
  expect(await decideFor(deployPolicy(moved), object)).toBe("ImplicitlyDenied");
});

test.each([
  ["a role, which allows 10,240 characters", deployPolicy, 10_240],
  ["a role", previewPolicy, 10_240],
  ["a managed policy, which allows 6,144", deployManagedPolicy, 6144],
])(
  "fits into %s without white space, with the longest names in every partition",
  (_, policyOf, characters) => {
    const regions = [
      ["ap-southeast-1", "ap-northeast-3", "aws"],
      ["us-gov-west-1", "us-gov-east-1", "aws-us-gov"],
      ["cn-northwest-1", "cn-north-1", "aws-cn"],
    ] as const;
    for (const [region, second, partition] of regions) {
      const placed = (arn: string) =>
        arn.replace("arn:aws:", `arn:${partition}:`).replace("us-east-1", region);
      const longest = {
        ...{ ...place, region },
        prefix: "p".repeat(40),
        bucketName: "b".repeat(58),
        logBucketName: "b".repeat(63),
        name: "e".repeat(20),
        replica: { region: second, bucketName: "b".repeat(63) },
        retiredBucketNames: ["b".repeat(63), "b".repeat(63)],
        stateBucketArn: `arn:${partition}:s3:::${"s".repeat(63)}`,
        stateKeyArn: placed(place.stateKeyArn),
        secretsKeyArn: placed(place.secretsKeyArn),
        boundaryArn: `arn:${partition}:iam::${accountId}:policy/thorbis-${"e".repeat(20)}-boundary`,
      };

      expect(JSON.stringify(policyOf(longest)).length, region).toBeLessThanOrEqual(characters);
    }
  },
);
