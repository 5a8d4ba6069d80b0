import { accountWaivers } from "./accountWaivers";
import { platform, type ScannerWaiver, wildcard } from "./scannerWaiver";
import type { Waiver } from "./waivers";

const everywhere = { ...platform, stacks: ["dev", "prod"] } as const;
const inDevelopment = { ...platform, stacks: ["dev"] } as const;
const inProduction = { ...platform, stacks: ["prod"] } as const;

const inBucket = (path: string) => wildcard(`<BackupBucketBucket.Arn>${path}`);

const probe = ["database-monitoring-probe"];
const passwords = ["backup-database-password", "database-monitoring-database-password"];
const schedules = ["backup", "backup-prune", "backup-drill", "backup-age", "database-monitoring"].map(
  (task) => `${task}-schedule`,
);

const ofBothStacks: readonly ScannerWaiver[] = [
  {
    ...everywhere,
    rules: ["CKV2_AWS_57", "AwsSolutions-SMG4"],
    resources: passwords,
    reason:
      "The password belongs to a PostgreSQL role that the deployment manages: a rotation by AWS would be a second writer. `npm run rotate` changes it.",
  },
  {
    ...everywhere,
    rules: ["CKV2_AWS_5"],
    resources: ["backup-security-group", "backup-upkeep-security-group"],
    reason: "The schedules attach the group to their tasks, which checkov does not follow.",
  },
  {
    ...everywhere,
    rules: ["AwsSolutions-SQS3"],
    resources: ["backup-dead-letters"],
    reason: "This is the dead-letter queue, of schedules and an event rule, which cdk-nag does not follow.",
  },
  {
    ...everywhere,
    rules: ["AwsSolutions-ECS2"],
    resources: ["backup", "backup-prune", "backup-drill", "backup-age"].map(
      (task) => `${task}-task-definition`,
    ),
    reason:
      "The variables hold settings, and no secrets: those come from Secrets Manager, which the rule container-has-no-plain-secret checks.",
  },
  {
    ...everywhere,
    rules: ["CKV_AWS_173"],
    resources: probe,
    reason:
      "The variables hold settings, and no secrets, which the rule function-has-no-plain-secret checks. Lambda encrypts them with its own key.",
  },
  {
    ...everywhere,
    rules: ["CKV_AWS_116"],
    resources: probe,
    reason: "An alarm fires when a run publishes no metric, so a dead-letter queue would add nothing.",
  },
  {
    ...everywhere,
    rules: ["CKV_AWS_115"],
    resources: probe,
    reason:
      "The schedule starts one run at a time. A reservation is refused by accounts with the initial limit of 10 runs.",
  },
  {
    ...everywhere,
    rules: ["CKV_AWS_272"],
    resources: probe,
    reason: "The deployment uploads the code itself, with a role that no other principal can assume.",
  },
  {
    ...everywhere,
    rules: ["CKV_AWS_50"],
    resources: probe,
    reason: "One function without callees: a trace would show what its log shows.",
  },
  {
    ...everywhere,
    rules: [inBucket("/runs/*")],
    resources: ["backup", "backup-prune", "backup-drill"].map((task) => `${task}-task-role-policy`),
    reason: "Names of backups contain their time. The statement names single actions.",
  },
  {
    ...everywhere,
    rules: [inBucket("/drills/*")],
    resources: ["backup-drill-task-role-policy", "backup-age-task-role-policy"],
    reason: "Names of receipts contain their time. The statement names single actions.",
  },
  {
    ...everywhere,
    rules: [inBucket("/runs/*/manifest.json"), inBucket("/watch/*")],
    resources: ["backup-age-task-role-policy"],
    reason: "The task reads the manifests of all backups, and keeps a few files of its own.",
  },
  {
    ...everywhere,
    rules: [wildcard("<BackupLog.Arn>:*")],
    resources: ["backup-execution-role-policy"],
    reason: "ECS names the streams of the one log group after its tasks.",
  },
  {
    ...everywhere,
    rules: ["", "Prune", "Drill", "Age"].map((task) =>
      wildcard(`<Backup${task}TaskDefinition.TaskDefinitionArn>:*`),
    ),
    resources: ["backup-scheduler-role-policy"],
    reason: "Every deployment of an image is a new revision.",
  },
  {
    ...everywhere,
    rules: [wildcard("<DatabaseMonitoringLog.Arn>:*"), wildcard("*")],
    resources: ["database-monitoring-probe-role-policy"],
    reason:
      "Lambda names the streams of the one log group. PutMetricData, and in a network the calls for its interfaces, take no resource; the former is bound to one namespace.",
  },
];

/** The policy of the scheduler has an ARN with the resource prefix of the stack. */
const ofScheduler = (["dev", "prod"] as const).map(
  (stack): ScannerWaiver => ({
    ...platform,
    stacks: [stack],
    rules: [wildcard(`arn:aws:ecs:<region>:<account>:task/thorbis-${stack}-backup/*`)],
    resources: ["backup-scheduler-role-policy"],
    reason: "ECS names the tasks of the one cluster.",
  }),
);

const ofProduction: readonly ScannerWaiver[] = [
  {
    ...inProduction,
    rules: ["CKV_AWS_111", "CKV_AWS_290"],
    resources: ["database-monitoring-probe-role-policy"],
    reason:
      "In a network, Lambda requires permissions on all network interfaces. A condition denies them to the function's own code.",
  },
  {
    ...inProduction,
    rules: [wildcard("<NetworkLogLog.Arn>:*"), wildcard("*")],
    resources: ["network-log-role-policy"],
    reason: "Flow logs name the streams of the one log group. DescribeLogGroups takes no resource.",
  },
  {
    ...inProduction,
    rules: ["CKV_AWS_144"],
    resources: ["backup-bucket-bucket", "access-logs-bucket"],
    reason:
      "Contracts keep all data in one region (backup.sameRegionReason). Elsewhere, backup.replica copies it.",
  },
  {
    ...inProduction,
    rules: ["CKV_AWS_145"],
    resources: ["access-logs-bucket"],
    reason: "S3 delivers access logs only to buckets that it encrypts with its own key.",
  },
  {
    ...inProduction,
    rules: ["CKV_AWS_18", "CKV2_AWS_62"],
    resources: ["access-logs-bucket"],
    reason: "Recording the requests that write records would never end.",
  },
  {
    ...inProduction,
    rules: ["W3010"],
    resources: ["public", "private-1", "private-2"].map((name) => `backup-network-${name}-subnet`),
    reason: "The deployment asks AWS for the zones. The audit sees the answer.",
  },
];

const ofDevelopment: readonly ScannerWaiver[] = [
  {
    ...inDevelopment,
    rules: ["CKV_AWS_26"],
    resources: ["backup-alarms-topic"],
    reason:
      "Alarms name no data. A customer-managed key costs 1 USD a month and is for production (backup.ownKey).",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_27"],
    resources: ["backup-dead-letters"],
    reason:
      "SQS encrypts the queue with its own key. A customer-managed key is for production (backup.ownKey).",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_158", "CKV_AWS_338"],
    resources: ["backup-log", "database-monitoring-log"],
    reason: "Logs of development are kept for a month, with the key of CloudWatch.",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_149"],
    resources: passwords,
    reason:
      "Secrets Manager encrypts it with its own key. A customer-managed key is for production (backup.ownKey).",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_297"],
    resources: schedules,
    reason: "The schedules hold no data. A customer-managed key is for production (backup.ownKey).",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_65", "AwsSolutions-ECS4"],
    resources: ["backup-cluster"],
    reason: "Metrics of single tasks cost more than the tasks of development.",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_117"],
    resources: probe,
    reason:
      "The default network of an account gives a function no internet access. Production has its own network.",
  },
  {
    ...inDevelopment,
    rules: ["CKV_AWS_18", "AwsSolutions-S1", "CKV2_AWS_62", "CKV_AWS_144", "CKV_AWS_145"],
    resources: ["backup-bucket-bucket"],
    reason:
      "Backups of development hold test data: no access logs, no alarm on deletions, no copies, and the key of S3.",
  },
];

export const scannerWaivers: readonly ScannerWaiver[] = [
  ...ofBothStacks,
  ...ofScheduler,
  ...ofProduction,
  ...ofDevelopment,
  ...accountWaivers,
];

/** Returns the waivers of an environment, or of the set-up of an account (`bootstrap`), one for each rule and resource. */
export function waiversOfStack(stack: string): Waiver[] {
  return scannerWaivers
    .filter(({ stacks }) => stacks.some((name) => name === stack))
    .flatMap(({ rules, resources, stacks: _, ...waiver }) =>
      rules.flatMap((rule) => resources.map((resource) => ({ ...waiver, rule, resource }))),
    );
}
