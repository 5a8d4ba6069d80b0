import { resourcePrefix } from "../config/aws/resourcePrefix";
import { currentAwsAccount } from "./awsAccount";
import { awsTags } from "./awsTags";
import { AwsWatch } from "./awsWatch";
import { BackupAlarms } from "./backupAlarms/backupAlarms";
import { BackupBucket } from "./backupBucket/backupBucket";
import type { BackupsConfig } from "./backupsConfig";
import type { DatabaseConnection } from "./databaseConnection";
import { ownedResources } from "./ownership/ownership";
import { ScheduledBackup } from "./scheduledBackup/scheduledBackup";
import { taskNetwork } from "./taskNetwork";

/** The AWS part of a stack. */
export interface Backups {
  readonly bucket: BackupBucket;
  readonly backup: ScheduledBackup;
  readonly alarms: BackupAlarms;
}

/**
 * Declares bucket, scheduled tasks and alarms in an AWS account of our own: Supabase deletes a project's backups with the
 * project. `connection` is that of the role `backup`.
 */
export function declareBackups(config: BackupsConfig, connection: DatabaseConnection): Backups {
  const { deletionProtection, environment } = config.project;
  const isProduction = environment === "production";
  const common = commonArgs(config);
  const bucket = declareBucket(config);
  const backup = new ScheduledBackup("backup", {
    ...config.backup,
    ...common,
    bucket: bucket.bucket,
    key: bucket.key,
    connection,
    network: taskNetwork(config.backup),
    containerInsights: config.backup.containerInsights ?? isProduction,
    deletionProtection,
    // Elsewhere a stack may go and come back at once, and with it the secret's name.
    existingSecret: existingSecret(config),
    secretRecoveryDays: config.backup.secretRecoveryDays ?? (isProduction ? 30 : 0),
  });
  const alarms = new BackupAlarms("backup-alarms", {
    ...config.alerts,
    ...common,
    logGroup: backup.logGroup,
    cluster: backup.cluster,
    deadLetterQueue: backup.deadLetterQueue,
    key: bucket.key,
  });
  new AwsWatch("aws-watch", {
    account: common.account,
    bucket,
    backup,
    alarms,
    accept: config.project.accept,
  });
  return { bucket, backup, alarms };
}

/** AWS keeps no recovery window until the deletion. A default never changes; what the configuration names must take effect. */
function existingSecret({ backup }: BackupsConfig) {
  const { secretArn: arn } = ownedResources();
  if (arn === undefined) return undefined;
  const unknown = ["forceOverwriteReplicaSecret"];
  if (backup.secretRecoveryDays === undefined) unknown.push("recoveryWindowInDays");
  return { arn, unknown };
}

/** Declares the bucket alone. */
export function declareBucket(config: BackupsConfig): BackupBucket {
  const { deletionProtection, environment } = config.project;
  return new BackupBucket("backup-bucket", {
    ...commonArgs(config),
    bucketName: config.backup.bucketName,
    objectLock: config.backup.objectLock,
    ownKey: config.backup.ownKey ?? environment === "production",
    noncurrentRetentionDays: config.backup.noncurrentRetentionDays,
    deletionProtection,
    existing: ownedResources(),
  });
}

function commonArgs(config: BackupsConfig) {
  return {
    account: currentAwsAccount(),
    physicalName: resourcePrefix(config.project),
    tags: awsTags(config),
  };
}
