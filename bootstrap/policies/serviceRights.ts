import { monitoringRights } from "./monitoringRights";
import type { PolicyPlace } from "./place";
import type { ServiceRights } from "./rights";
import { storageRights } from "./storageRights";
import { taskRights } from "./taskRights";

/** Calls that AWS supports no resource for, or that find resources by their names. */
const lookup: ServiceRights = {
  name: "Lookup",
  resources: "*",
  reads: [
    "tag:GetResources",
    "kms:ListAliases",
    // Task definitions, and the services and tasks of all clusters: ECS supports no resource for some of them.
    "ecs:Describe*",
    "ecs:ListServices",
    "ecs:ListTasks",
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
    // What the account shares with the stack, and what others connect to it.
    "ecr:GetRepositoryPolicy",
    "events:DescribeEventBus",
    "events:ListEventBuses",
    "events:ListRuleNamesByTarget",
    "iam:ListInstanceProfiles",
    "logs:DescribeResourcePolicies",
    "pipes:ListPipes",
    "s3:GetAccountPublicAccessBlock",
    "s3:ListAccessGrants",
    "s3:ListAccessPoints",
    "s3:ListMultiRegionAccessPoints",
  ],
  // ECS supports no resource for it.
  writes: ["ecs:DeregisterTaskDefinition"],
};

/**
 * Returns the permissions that the resource types of this stack need in AWS, except those on networks and roles: the calls of
 * the aws provider for creating, reading, changing and deleting them. Resources are identified by the environment's prefix, or
 * by their tag if we do not choose their name. Some actions use a wildcard, for instance for both directions of a setting,
 * because the policy must fit into a role.
 */
export function serviceRights(place: PolicyPlace): readonly ServiceRights[] {
  return [lookup, ...storageRights(place), ...taskRights(place), ...monitoringRights(place)];
}
