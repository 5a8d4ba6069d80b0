import { sessionsBesideDumps } from "../../foundation/backupContract";
import { accessLogBucketName } from "../aws/accessLogBucket";
import { fargateSizeProblem } from "../aws/fargate";
import { replicaBucketName } from "../aws/replicaBucket";
import { longestGapHours, maxFreshnessHours, parseSchedule } from "../aws/schedule";
import type { Issue } from "../issues";
import { formatPath, plainKey, removeCommand } from "../keys";
import { type Path, valueAt } from "../schemaTree";
import { issueAt, type Rule } from "./rule";

const fargateSize: Rule = ({ stack, config }) => {
  const { cpuUnits, memoryMegabytes } = config.backup ?? {};
  if (cpuUnits === undefined || memoryMegabytes === undefined) return [];
  const problem = fargateSizeProblem(cpuUnits, memoryMegabytes);
  return problem === undefined
    ? []
    : [issueAt(stack, ["backup", "memoryMegabytes"], { message: problem, value: cpuUnits * 2 })];
};

/** Hours for the duration of a run and a clock change, because an age grows until the next run is complete. */
const slackHours = 2;

/** Returns a rule: an alarm on the age of a schedule's results must not fire between two runs. */
function freshnessFits(schedulePath: Path, freshnessPath: Path): Rule {
  return ({ stack, config }) => {
    const expression = valueAt(config, schedulePath);
    const freshness = valueAt(config, freshnessPath);
    if (typeof expression !== "string" || typeof freshness !== "number") return [];
    const schedule = parseSchedule(expression);
    if ("problem" in schedule) return [];
    const gap = longestGapHours(schedule);
    if (!Number.isFinite(gap))
      return [
        issueAt(stack, schedulePath, { message: "must repeat without end", value: "cron(0 3 * * ? *)" }),
      ];
    const value = Math.ceil(gap) + slackHours;
    if (value > maxFreshnessHours)
      return [
        issueAt(stack, schedulePath, {
          message: "must run more than once a year",
          value: "cron(0 3 * * ? *)",
        }),
      ];
    if (freshness > gap) return [];
    const message = `must be more than the longest gap of ${formatPath(schedulePath)}`;
    return [issueAt(stack, freshnessPath, { message, value })];
  };
}

const backupFreshness = freshnessFits(["backup", "schedule", "expression"], ["alerts", "freshnessHours"]);
const pruneFreshness = freshnessFits(["backup", "pruneExpression"], ["alerts", "pruneFreshnessHours"]);
const drillFreshness = freshnessFits(["backup", "drillExpression"], ["alerts", "drillFreshnessHours"]);

/**
 * Requires a public address in the default VPC, whose subnets have no NAT gateway: without it a task cannot pull its
 * image.
 */
const defaultVpcHasNoNat: Rule = ({ stack, config }) => {
  const { bucketName, network, vpcId, assignPublicIp, subnetIds } = config.backup ?? {};
  if (network !== undefined) return [];
  // Production does not use the default VPC, and a missing area is reported itself.
  if (config.project?.environment === "production" || bucketName === undefined) return [];
  if (vpcId !== undefined || assignPublicIp !== false || (subnetIds?.length ?? 0) > 0) return [];
  return [
    issueAt(stack, ["backup", "assignPublicIp"], {
      message:
        "must be true without backup.vpcId or backup.network: the default VPC has no other internet access",
      value: true,
    }),
  ];
};

/**
 * Requires a confirmation for a change of the lock's mode: a lock in mode COMPLIANCE cannot be removed, and a weaker mode allows
 * deletions that cannot be undone.
 */
const complianceIsConfirmed: Rule = ({ stack, config }) => {
  const lock = config.backup?.objectLock;
  if (lock === undefined) return [];
  const path = ["backup", "objectLock", "complianceReason"];
  if (lock.mode === "COMPLIANCE" && lock.complianceReason === undefined)
    return [
      issueAt(stack, path, {
        message:
          "is missing: with backup.objectLock.mode COMPLIANCE no user can delete a backup, so it needs a written reason",
      }),
    ];
  if (lock.mode === "GOVERNANCE" && lock.complianceReason !== undefined)
    return [
      {
        key: plainKey(path),
        message: "is not used with mode GOVERNANCE; remove it to confirm that backups can be deleted again",
        command: removeCommand(stack, path),
      },
    ];
  return [];
};

const retentionTiersGrow: Rule = ({ stack, config }) => {
  const { daily, weekly, monthly } = config.backup?.retentionDays ?? {};
  const path = ["backup", "retentionDays"];
  const issues = [];
  if (daily !== undefined && weekly !== undefined && weekly < daily)
    issues.push(
      issueAt(stack, [...path, "weekly"], {
        message: "must not be less than backup.retentionDays.daily",
        value: daily,
      }),
    );
  if (weekly !== undefined && monthly !== undefined && monthly < weekly)
    issues.push(
      issueAt(stack, [...path, "monthly"], {
        message: "must not be less than backup.retentionDays.weekly",
        value: weekly,
      }),
    );
  return issues;
};

/** Checks the order of the tiers: S3 refuses to archive an object less than 30 days after it moved to infrequent access. */
const storageTiersGrow: Rule = ({ stack, config }) => {
  const { infrequentAccessDays, archiveDays } = config.backup?.storageTiers ?? {};
  if (infrequentAccessDays === undefined || archiveDays === undefined) return [];
  const least = infrequentAccessDays + 30;
  if (archiveDays >= least) return [];
  const message = "must be at least 30 more than backup.storageTiers.infrequentAccessDays";
  return [issueAt(stack, ["backup", "storageTiers", "archiveDays"], { message, value: least })];
};

/** Checks that the lock fits the retention: a lock that is longer than the retention would make every prune fail. */
const lockFitsRetention: Rule = ({ stack, config }) => {
  const days = config.backup?.objectLock?.days;
  const daily = config.backup?.retentionDays?.daily;
  if (days === undefined || daily === undefined || days <= daily) return [];
  return [
    issueAt(stack, ["backup", "objectLock", "days"], {
      message: "must not be more than backup.retentionDays.daily",
      value: daily,
    }),
  ];
};

/** Checks that there are enough connections: each dump and the other sessions of a backup need a connection. */
const dumpsFitConnections: Rule = ({ stack, config }) => {
  const dumps = config.backup?.parallelDumps;
  const limit = config.database?.roles?.backup?.connectionLimit;
  const pool = config.database?.poolSize;
  if (dumps === undefined) return [];
  const path = ["backup", "parallelDumps"];
  if (limit !== undefined && dumps + sessionsBesideDumps > limit)
    return [
      issueAt(stack, path, {
        message: `must be less than database.roles.backup.connectionLimit by ${sessionsBesideDumps}`,
        value: Math.max(1, limit - sessionsBesideDumps),
      }),
    ];
  if (
    config.database?.connection === "sessionPooler" &&
    pool !== undefined &&
    dumps + sessionsBesideDumps > pool
  )
    return [
      issueAt(stack, path, {
        message: `must be less than database.poolSize by ${sessionsBesideDumps}`,
        value: Math.max(1, pool - sessionsBesideDumps),
      }),
    ];
  return [];
};

/** Checks the bucket of the access logs: they need another bucket than the backups. */
const accessLogsHaveBucket: Rule = ({ stack, config }) => {
  const { bucketName, accessLogs } = config.backup ?? {};
  if (bucketName === undefined || accessLogs === undefined) return [];
  const name = accessLogBucketName({ bucketName, accessLogs });
  const path = ["backup", "accessLogs", "bucketName"];
  if (name === bucketName)
    return [issueAt(stack, path, { message: "must not be backup.bucketName", value: `${name}-logs` })];
  if (name.length <= 63) return [];
  return [
    issueAt(stack, path, {
      message: "is missing: backup.bucketName with -logs is longer than the 63 characters of S3",
    }),
  ];
};

/** Checks what the copies need: a separate bucket, and objects that S3 can encrypt with another key. */
const replicaFits: Rule = ({ stack, config }) => {
  const { bucketName, replica, ownKey, accessLogs } = config.backup ?? {};
  if (bucketName === undefined || replica?.region === undefined) return [];
  const name = replicaBucketName(bucketName, { ...replica, region: replica.region });
  const path = ["backup", "replica", "bucketName"];
  const others = [
    bucketName,
    ...(accessLogs === undefined ? [] : [accessLogBucketName({ bucketName, accessLogs })]),
  ];
  return [
    ...((ownKey ?? config.project?.environment === "production")
      ? []
      : [
          issueAt(stack, ["backup", "ownKey"], {
            message:
              "must be true with backup.replica: a copy in S3 keeps the kind of encryption of its source",
            value: true,
          }),
        ]),
    ...(others.includes(name)
      ? [
          issueAt(stack, path, {
            message: "must not be another bucket of the stack",
            value: `${bucketName}-${replica.region}`,
          }),
        ]
      : []),
    ...(name.length > 63
      ? [
          issueAt(stack, path, {
            message: "is missing: backup.bucketName with the region is longer than the 63 characters of S3",
          }),
        ]
      : []),
    ...(config.alerts?.topicArn !== undefined && replica.topicArn === undefined
      ? [
          issueAt(stack, ["backup", "replica", "topicArn"], {
            message: `is missing: the alarm on the copies is in ${replica.region}, and cannot use alerts.topicArn of another region`,
          }),
        ]
      : []),
  ];
};

/** Refuses other networks beside the stack's own, which has private subnets. */
const networkIsOne: Rule = ({ stack, config }) => {
  const { network, vpcId, subnetIds = [], assignPublicIp } = config.backup ?? {};
  if (network === undefined) return [];
  const leftOut = (path: Path): Issue => ({
    key: plainKey(path),
    message: "must be omitted with backup.network, which creates its own network",
    command: removeCommand(stack, path),
  });
  return [
    ...(vpcId === undefined ? [] : [leftOut(["backup", "vpcId"])]),
    ...(subnetIds.length === 0 ? [] : [leftOut(["backup", "subnetIds"])]),
    ...(assignPublicIp === true
      ? [
          issueAt(stack, ["backup", "assignPublicIp"], {
            message: "must be false with backup.network, whose subnets are private",
            value: false,
          }),
        ]
      : []),
  ];
};

/** Refuses one without the other: a VPC without subnets, or the reverse, would mix another network with the default one. */
const subnetsBelongToVpc: Rule = ({ stack, config }) => {
  const { network, vpcId, subnetIds } = config.backup ?? {};
  if (network !== undefined) return [];
  if (vpcId === undefined && (subnetIds?.length ?? 0) > 0)
    return [issueAt(stack, ["backup", "vpcId"], { message: "is missing: backup.subnetIds needs it" })];
  if (vpcId !== undefined && subnetIds?.length === 0)
    return [issueAt(stack, ["backup", "subnetIds", 0], { message: "is missing: backup.vpcId needs it" })];
  return [];
};

/** Rules about the backups: their schedules, retention, buckets, tasks and network. */
export const backupConsistencyRules: readonly Rule[] = [
  fargateSize,
  backupFreshness,
  drillFreshness,
  pruneFreshness,
  defaultVpcHasNoNat,
  complianceIsConfirmed,
  retentionTiersGrow,
  storageTiersGrow,
  lockFitsRetention,
  dumpsFitConnections,
  accessLogsHaveBucket,
  replicaFits,
  networkIsOne,
  subnetsBelongToVpc,
];
