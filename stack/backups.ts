import * as pulumi from "@pulumi/pulumi";
import { AccessLogs } from "../components/accessLogs/accessLogs";
import { currentAwsAccount } from "../components/awsAccount";
import { BackupAlarms } from "../components/backupAlarms/backupAlarms";
import { BackupBucket } from "../components/backupBucket/backupBucket";
import { FlowLogs } from "../components/backupNetwork/flowLogs";
import { BackupReplica } from "../components/backupReplica/backupReplica";
import type { DatabaseConnection } from "../components/databaseConnection";
import { ScheduledBackup } from "../components/scheduledBackup/scheduledBackup";
import { accessLogBucketName } from "../config/aws/accessLogBucket";
import { replicaBucketName } from "../config/aws/replicaBucket";
import { ageInterval } from "./ageInterval";
import { commonArgs, secretArgs } from "./awsCommon";
import { type BackupsConfig, usesOwnKey } from "./backupsConfig";
import type { StackNetwork } from "./network";
import { ownedResources } from "./ownership/ownership";

/** The AWS part of a stack. */
export interface Backups {
  readonly bucket: BackupBucket;
  /** The access logs of the bucket, if they are configured. */
  readonly accessLogs: AccessLogs | undefined;
  readonly backup: ScheduledBackup;
  readonly alarms: BackupAlarms;
  /** The copies in a second region, if they are configured. */
  readonly replica: BackupReplica | undefined;
  readonly network: StackNetwork;
}

/**
 * Declares bucket, scheduled tasks and alarms in our AWS account, because Supabase deletes a project's own backups with the
 * project. `connection` is that of the role `backup`.
 */
export function declareBackups(
  config: BackupsConfig,
  connection: DatabaseConnection,
  network: StackNetwork,
): Backups {
  const { deletionProtection, environment } = config.project;
  const isProduction = environment === "production";
  const common = commonArgs(config);
  warnOfSharedRegion(config);
  const ageIntervalHours = ageInterval(config.alerts);
  const bucket = declareBucket(config, network.tasks.s3EndpointId);
  const accessLogs = declareAccessLogs(config, bucket);
  if (network.own !== undefined && config.backup.network !== undefined) {
    new FlowLogs("network-log", {
      ...common,
      vpcId: network.own.vpcId,
      retentionDays: config.backup.network.flowLogRetentionDays,
      key: bucket.key,
      permissionsBoundaryArn: config.backup.permissionsBoundaryArn,
      deletionProtection,
    });
  }
  const backup = new ScheduledBackup("backup", {
    ...common,
    schedule: config.backup.schedule,
    retentionDays: config.backup.retentionDays,
    minimumRedundancy: config.backup.minimumRedundancy,
    pruneExpression: config.backup.pruneExpression,
    drillExpression: config.backup.drillExpression,
    drillDiskGibibytes: config.backup.drillDiskGibibytes,
    retryAttempts: config.backup.retryAttempts,
    image: config.backup.image,
    registrySecretArn: config.backup.registrySecretArn,
    permissionsBoundaryArn: config.backup.permissionsBoundaryArn,
    cpuArchitecture: config.backup.cpuArchitecture,
    cpuUnits: config.backup.cpuUnits,
    memoryMegabytes: config.backup.memoryMegabytes,
    parallelDumps: config.backup.parallelDumps,
    assignPublicIp: config.backup.assignPublicIp,
    logRetentionDays: config.backup.logRetentionDays,
    bucket: bucket.bucket,
    key: bucket.key,
    connection,
    network: network.tasks,
    ageIntervalHours,
    containerInsights: config.backup.containerInsights ?? isProduction,
    deletionProtection,
    ...secretArgs(config, "backup"),
  });
  const alarms = new BackupAlarms("backup-alarms", {
    ...common,
    topicArn: config.alerts.topicArn,
    emails: config.alerts.emails,
    freshnessHours: config.alerts.freshnessHours,
    drillFreshnessHours: config.alerts.drillFreshnessHours,
    pruneFreshnessHours: config.alerts.pruneFreshnessHours,
    durationMinutes: config.alerts.durationMinutes,
    minimumSizePercent: config.alerts.minimumSizePercent,
    logGroup: backup.logGroup,
    cluster: backup.cluster,
    deadLetterQueue: backup.deadLetterQueue,
    ageIntervalHours,
    key: bucket.key,
    bucketName: sendsEvents(config) ? bucket.bucket.bucket : undefined,
  });
  const replica = declareReplica(config, bucket, alarms.topicArn);
  return { bucket, accessLogs, backup, alarms, replica, network };
}

/** Returns whether an alarm fires for deletions in the bucket, and in that of the copies. */
export const sendsEvents = ({ backup, project }: BackupsConfig): boolean =>
  backup.deletionAlarm ?? project.environment === "production";

/** Declares the access logs of the bucket, if they are configured. */
function declareAccessLogs(config: BackupsConfig, source: BackupBucket): AccessLogs | undefined {
  const { accessLogs } = config.backup;
  if (accessLogs === undefined) return undefined;
  const bucketName = accessLogBucketName(config.backup);
  const { account, tags } = commonArgs(config);
  return new AccessLogs("access-logs", {
    account,
    tags,
    source,
    bucketName,
    retentionDays: accessLogs.retentionDays,
    deletionProtection: config.project.deletionProtection,
    existingBucketName: ownedResources().bucketNames?.find((name) => name === bucketName),
  });
}

/** Declares the copies in a second region, if they are configured. */
function declareReplica(
  config: BackupsConfig,
  source: BackupBucket,
  sourceTopicArn: pulumi.Input<string>,
): BackupReplica | undefined {
  const { bucketName, replica } = config.backup;
  if (replica === undefined) return undefined;
  return new BackupReplica("backup-replica", {
    ...commonArgs(config),
    region: replica.region,
    bucketName: replicaBucketName(bucketName, replica),
    objectLock: config.backup.objectLock,
    noncurrentRetentionDays: config.backup.noncurrentRetentionDays,
    storageTiers: config.backup.storageTiers,
    lagMinutes: replica.lagMinutes,
    topicArn: replica.topicArn,
    deletionAlarm: sendsEvents(config),
    permissionsBoundaryArn: config.backup.permissionsBoundaryArn,
    source,
    sourceTopicArn,
    emails: config.alerts.emails,
    deletionProtection: config.project.deletionProtection,
    existing: ownedResources().replica,
  });
}

/** Declares only the bucket. */
export function declareBucket(config: BackupsConfig, s3EndpointId?: pulumi.Input<string>): BackupBucket {
  const { deletionProtection } = config.project;
  return new BackupBucket("backup-bucket", {
    ...commonArgs(config),
    bucketName: config.backup.bucketName,
    objectLock: config.backup.objectLock,
    ownKey: usesOwnKey(config),
    noncurrentRetentionDays: config.backup.noncurrentRetentionDays,
    storageTiers: config.backup.storageTiers,
    sendsEvents: sendsEvents(config),
    s3EndpointId,
    deletionProtection,
    existing: ownedResources(),
  });
}

/**
 * Warns if one outage of a region would affect project and backups. A bucket cannot move, so the warning comes before
 * the first deployment.
 */
function warnOfSharedRegion({ project, backup }: BackupsConfig): void {
  if (project.environment !== "production") return;
  if (backup.sameRegionReason !== undefined || backup.replica !== undefined) return;
  pulumi.output(currentAwsAccount().region).apply((region) => {
    if (region !== project.region) return;
    void pulumi.log.warn(
      `The project and its backups are both in ${region}: an outage of that region would affect both. Set aws:region to another region before the first deployment, set backup.replica, or say in backup.sameRegionReason why they share it.`,
    );
  });
}
