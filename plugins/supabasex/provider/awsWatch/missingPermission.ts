/** Source → the IAM action that it needs first, and what it compares, in the plural. */
const needs: Readonly<Record<string, readonly [action: string, compares: string]>> = {
  "topic subscriptions": ["sns:ListSubscriptionsByTopic", "subscriptions of the topic"],
  "topic data protection": ["sns:GetDataProtectionPolicy", "policies that mask or reject alarms"],
  "event targets": ["events:ListTargetsByRule", "targets of the rules"],
  "alarm mute rules": ["cloudwatch:ListAlarmMuteRules", "rules that mute alarms"],
  "key grants": ["kms:ListGrants", "grants on the key"],
  "queue redrive": ["sqs:GetQueueAttributes", "other queues for undelivered events"],
  "bucket access": ["s3:GetBucketAcl", "grants of the bucket's ACL"],
  "bucket access points": ["s3:ListAccessPoints", "access points of the bucket"],
  "bucket access grants": ["s3:ListAccessGrants", "grants of S3 Access Grants on the bucket"],
  "bucket CORS": ["s3:GetBucketCORS", "CORS rules of the bucket"],
  "bucket website": ["s3:GetBucketWebsite", "website settings of the bucket"],
  "bucket replication": ["s3:GetReplicationConfiguration", "other replication rules of the bucket"],
  "bucket notification": ["s3:GetBucketNotification", "notifications of the bucket"],
  "bucket logging": ["s3:GetBucketLogging", "access logs of the bucket"],
  "bucket inventory": ["s3:GetInventoryConfiguration", "inventories of the bucket"],
  "bucket analytics": ["s3:GetAnalyticsConfiguration", "analytics of the bucket"],
  schedules: ["scheduler:ListSchedules", "other schedules of the group"],
  "schedules of other groups": [
    "scheduler:ListSchedules",
    "schedules of other groups that start the stack's tasks",
  ],
  "cluster services": ["ecs:ListServices", "services in the cluster"],
  "cluster tasks": ["ecs:ListTasks", "foreign tasks in the cluster"],
  "cluster rules": ["events:ListRuleNamesByTarget", "rules that start tasks in the cluster"],
  "cluster rules of other buses": [
    "events:ListEventBuses",
    "rules of other event buses that start tasks in the cluster",
  ],
  "event pipes": ["pipes:ListPipes", "pipes from and to the stack's resources"],
  "queue readers": ["lambda:ListEventSourceMappings", "functions that read the dead-letter queue"],
  "instance profiles": ["iam:ListInstanceProfiles", "instance profiles with the stack's roles"],
  "multi-region access points": [
    "s3:ListMultiRegionAccessPoints",
    "multi-region access points of the buckets",
  ],
  network: ["ec2:DescribeSubnets", "subnets, security groups, endpoints and peerings in the network"],
  "network connections": ["ec2:DescribeInstances", "instances and gateways in the network"],
  "network settings": ["ec2:DescribeVpcs", "DNS settings and flow logs of the network"],
  "network interfaces": ["ec2:DescribeNetworkInterfaces", "foreign interfaces in the network"],
  "network ACLs": ["ec2:DescribeNetworkAcls", "ACLs of the network"],
  "network hosted zones": ["route53:ListHostedZonesByVPC", "private zones of the network"],
  "log subscriptions": ["logs:DescribeSubscriptionFilters", "subscriptions of the log groups"],
  "log metric filters": ["logs:DescribeMetricFilters", "other metric filters of the log groups"],
  "function permissions": ["lambda:GetPolicy", "permissions on the probe"],
  "function callers": ["lambda:GetFunctionUrlConfig", "URLs and destinations of the probe"],
  "function event sources": ["lambda:ListEventSourceMappings", "event sources of the probe"],
  "function versions": ["lambda:ListVersionsByFunction", "versions and aliases of the probe"],
  "function code": ["lambda:ListVersionsByFunction", "changes of the probe's code"],
  "secret rotation": ["secretsmanager:DescribeSecret", "functions that rotate the password"],
  "secret copies": ["secretsmanager:DescribeSecret", "copies of the password in other regions"],
  "log account policies": ["logs:DescribeAccountPolicies", "the account's policies for log groups"],
  "log resource policies": ["logs:DescribeResourcePolicies", "permissions of others on the log groups"],
  "event bus permissions": ["events:DescribeEventBus", "permissions of others on the event bus"],
  "account public access block": [
    "s3:GetAccountPublicAccessBlock",
    "changes of the account's Block Public Access",
  ],
  "image repository permissions": [
    "ecr:GetRepositoryPolicy",
    "permissions of others on the repository of the backup image",
  ],
};

/** Part of the name of a source → where it reads. */
const places: readonly (readonly [prefix: string, place: string])[] = [
  ["copies: ", " in the region of the copies"],
  ["access logs: ", " with the access logs"],
];

/**
 * Returns a sentence with the permission that a source lacks and what is not compared without it. AWS's error names the action, if it is
 * not the first one of the source.
 */
export function missingPermission(source: string, error: unknown): string {
  const { action, compared } = needsOf(source);
  const message = error instanceof Error ? error.message : "";
  const [, refused = action] = /not authorized to perform:? ([\w-]+:\w+)/.exec(message) ?? [];
  return `AwsWatch lacks the permission ${refused}, so ${compared} are not compared.`;
}

/** Returns a sentence for a source whose requests AWS still throttles after several attempts. */
export function throttledRead(source: string): string {
  return `AWS throttles the requests of AwsWatch, so ${needsOf(source).compared} are not compared this time.`;
}

function needsOf(source: string): { readonly action: string; readonly compared: string } {
  const [prefix = "", place = ""] = places.find(([start]) => source.startsWith(start)) ?? [];
  const [action, compares] = needs[source.slice(prefix.length)] ?? ["a permission", source];
  return { action, compared: `${compares}${place}` };
}

/** The sources that have a sentence. */
export const sourcesWithSentence: readonly string[] = Object.keys(needs);
