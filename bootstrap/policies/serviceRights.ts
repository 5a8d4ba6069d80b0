import { stackTag } from "../../components/awsTags";
import { arnIn, arnsInRegions, bucketArnOf, dashboardArn, type PolicyPlace } from "./place";

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** The actions of a deployment in one service: reads, which a preview also needs, and writes. */
export interface ServiceRights {
  /** Prefix of the ids of the statements. */
  readonly name: string;
  readonly resources: string | readonly string[];
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Only for the writes. */
  readonly condition?: Conditions;
}

/** Returns the value of the tag `thorbis:stack` of everything in the environment. */
export const stackOf = ({ name }: Pick<PolicyPlace, "name">): string => `thorbis-supabase/${name}`;

/** Returns conditions for resources whose names we do not choose: on a tag that they have, get, or lack. */
export function tagConditions(
  place: Pick<PolicyPlace, "name">,
): Readonly<Record<"owned" | "claimed" | "untagged", Conditions>> {
  return {
    owned: { StringEquals: { [`aws:ResourceTag/${stackTag}`]: stackOf(place) } },
    claimed: { StringEquals: { [`aws:RequestTag/${stackTag}`]: stackOf(place) } },
    untagged: { Null: { [`aws:ResourceTag/${stackTag}`]: "true" } },
  };
}

/**
 * Returns the permissions that the resource types of this stack need in AWS, except those on networks and roles: the calls of
 * the aws provider for creating, reading, changing and deleting them. Resources are identified by the environment's prefix, or
 * by their tag if we do not choose their name. Some actions use a wildcard, for instance for both directions of a setting,
 * because the policy must fit into a role.
 */
export function serviceRights(place: PolicyPlace): readonly ServiceRights[] {
  const { prefix, bucketName, logBucketName, replica, retiredBucketNames = [] } = place;
  const { owned, claimed, untagged } = tagConditions(place);
  return [
    {
      name: "Lookup",
      resources: "*",
      reads: [
        "tag:GetResources",
        "kms:ListAliases",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeServices",
        "ecs:ListServices",
        // Lambda supports no resource for it.
        "lambda:ListEventSourceMappings",
        "logs:DescribeLogGroups",
        // The policies of the account, and what CloudWatch Logs also requires to show those of each type.
        "logs:DescribeAccountPolicies",
        "logs:DescribeSubscriptionFilters",
        "logs:GetDataProtectionPolicy",
        "logs:GetTransformer",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetAlarmMuteRule",
        "cloudwatch:ListAlarmMuteRules",
        "scheduler:ListSchedules",
      ],
      // ECS supports no resource for it.
      writes: ["ecs:DeregisterTaskDefinition"],
    },
    {
      name: "Bucket",
      resources: [
        bucketName,
        logBucketName,
        ...(replica === undefined ? [] : [replica.bucketName]),
        ...retiredBucketNames,
      ].map((name) => bucketArnOf(place, name)),
      reads: [
        "s3:ListBucket",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetAnalyticsConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetReplicationConfiguration",
      ],
      writes: [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketLogging",
        "s3:PutBucketNotification",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ],
    },
    { name: "NewKey", resources: "*", writes: ["kms:CreateKey"], condition: claimed },
    {
      name: "NewKeyTags",
      resources: arnsInRegions(place, "kms", "key/*"),
      writes: ["kms:TagResource"],
      condition: { ...claimed, ...untagged },
    },
    {
      name: "Key",
      resources: arnsInRegions(place, "kms", "key/*"),
      reads: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*"],
      writes: [
        "kms:Decrypt",
        "kms:DisableKeyRotation",
        "kms:EnableKey*",
        "kms:GenerateDataKey",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateKeyDescription",
        "kms:*Alias",
      ],
      condition: owned,
    },
    {
      // KMS requires the permission on the key (above) and on its alias.
      name: "KeyAlias",
      resources: arnsInRegions(place, "kms", `alias/${prefix}-backup`),
      writes: ["kms:*Alias"],
    },
    {
      name: "Log",
      resources: arnIn(place, "logs", `log-group:/${prefix}/*`),
      reads: ["logs:Describe*Filters", "logs:ListTagsForResource"],
      writes: [
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "logs:DeleteRetentionPolicy",
        "logs:DisassociateKmsKey",
        "logs:PutMetricFilter",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
    },
    {
      name: "Tasks",
      resources: [
        arnIn(place, "ecs", `cluster/${prefix}-backup`),
        arnIn(place, "ecs", `task-definition/${prefix}-backup*`),
      ],
      reads: ["ecs:DescribeClusters", "ecs:ListTagsForResource"],
      writes: [
        "ecs:CreateCluster",
        "ecs:DeleteCluster",
        "ecs:PutClusterCapacityProviders",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
      ],
    },
    {
      name: "Schedules",
      resources: [
        arnIn(place, "scheduler", `schedule-group/${prefix}-backup`),
        arnIn(place, "scheduler", `schedule/${prefix}-backup/*`),
      ],
      reads: ["scheduler:GetSchedule*", "scheduler:ListTagsForResource"],
      writes: [
        "scheduler:CreateSchedule",
        "scheduler:CreateScheduleGroup",
        "scheduler:DeleteSchedule",
        "scheduler:DeleteScheduleGroup",
        "scheduler:TagResource",
        "scheduler:UntagResource",
        "scheduler:UpdateSchedule",
      ],
    },
    {
      name: "Password",
      resources: arnIn(place, "secretsmanager", `secret:${prefix}/*`),
      reads: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
      ],
      writes: [
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DeleteSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
      ],
    },
    {
      name: "Queue",
      resources: arnsInRegions(place, "sqs", `${prefix}-backup-*`),
      reads: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      writes: [
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
      ],
    },
    {
      name: "Topic",
      resources: arnsInRegions(place, "sns", `${prefix}-backup-*`),
      reads: [
        "sns:GetSubscriptionAttributes",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
      ],
      writes: [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:Unsubscribe",
        "sns:UntagResource",
      ],
    },
    {
      name: "Alarms",
      resources: [
        ...arnsInRegions(place, "cloudwatch", `alarm:${prefix}-backup-*`),
        arnIn(place, "cloudwatch", `alarm:${prefix}-monitoring-*`),
        dashboardArn(place),
      ],
      reads: ["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"],
      writes: [
        "cloudwatch:DeleteDashboards",
        "cloudwatch:PutDashboard",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:*AlarmActions",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
    },
    {
      name: "Probe",
      resources: arnIn(place, "lambda", `function:${prefix}-monitoring`),
      reads: ["lambda:Get*", "lambda:List*"],
      writes: [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
    },
    {
      name: "Rules",
      resources: arnsInRegions(place, "events", `rule/${prefix}-backup-*`),
      reads: ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
      writes: [
        "events:DeleteRule",
        "events:DisableRule",
        "events:EnableRule",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:TagResource",
        "events:UntagResource",
      ],
    },
  ];
}
