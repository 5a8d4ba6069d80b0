import type { Key } from "@pulumi/aws/kms/key";
import type { Bucket } from "@pulumi/aws/s3/bucket";
import type { AwsAccount } from "../awsAccount";
import type { AwsTags } from "../awsTags";
import type { DatabaseConnection } from "../databaseConnection";
import type { ExistingSecret } from "../passwordSecret";
import type { TaskNetwork } from "../taskNetwork";

export interface ScheduledBackupArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of all resources that support tags, including tasks. */
  readonly tags: AwsTags;
  readonly bucket: Bucket;
  /** Key of the bucket, which also encrypts password, log and schedule. Default: keys that AWS manages. */
  readonly key?: Key | undefined;
  /** Connects as the role `backup`, which reads every row and writes none. */
  readonly connection: DatabaseConnection;
  readonly schedule: {
    /** EventBridge Scheduler's `cron(…)` or `rate(…)`. */
    readonly expression: string;
    /** IANA time zone. */
    readonly timeZone: string;
  };
  /** Days to keep every backup, one per week, and one per month; see `backup/retention/policy.ts`. */
  readonly retentionDays: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** The number of intact backups that are kept regardless of their age. */
  readonly minimumRedundancy: number;
  /** When to delete expired backups, in the time zone of `schedule`. Default daily at 06:00. */
  readonly pruneExpression?: string | undefined;
  /** When to restore the newest backup as a test, in the time zone of `schedule`. Default daily at 12:00. */
  readonly drillExpression?: string | undefined;
  /** The interval of measuring the ages of the newest backup and drill, in hours. Default 1. */
  readonly ageIntervalHours?: number | undefined;
  /** Disk of a drill in GiB, which must hold the whole database, 21 to 200. Default: Fargate's 20 GiB. */
  readonly drillDiskGibibytes?: number | undefined;
  /** How often the schedule retries, within an hour, to start a task that did not start: 0 to 3. */
  readonly retryAttempts: number;
  /** Container image of the backup program; by digest in production. */
  readonly image: string;
  /**
   * ARN of a secret `{"username": …, "password": …}` with which ECS logs in to a private registry. Not needed for ECR,
   * from which the role may pull. Default: the image is public.
   */
  readonly registrySecretArn?: string | undefined;
  /**
   * ARN of a managed policy that limits the task roles' permissions. Default: no limit in addition to their policies.
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** CPU architecture of the image. Default ARM64, which costs a fifth less. */
  readonly cpuArchitecture?: "ARM64" | "X86_64" | undefined;
  /** 1024 is one vCPU. */
  readonly cpuUnits: number;
  readonly memoryMegabytes: number;
  /** The number of parallel `pg_dump` processes. */
  readonly parallelDumps: number;
  readonly network: TaskNetwork;
  /** Whether tasks get a public address, for subnets without a NAT gateway. */
  readonly assignPublicIp: boolean;
  readonly logRetentionDays: number;
  /** Refuses to delete or replace the log. Default true. */
  readonly deletionProtection?: boolean;
  /** Metrics of each task, which cost a few cents per run. Default true. */
  readonly containerInsights?: boolean;
  /**
   * Days in which a deleted password can be restored, 7 to 30, and its name cannot be reused; 0 deletes it at once, for
   * temporary stacks. Default 7.
   */
  readonly secretRecoveryDays?: number;
  /** The secret of an earlier deployment of the stack. Default: a new one. */
  readonly existingSecret?: ExistingSecret | undefined;
}
