import type { Key } from "@pulumi/aws/kms/key";
import type { Bucket } from "@pulumi/aws/s3/bucket";
import type { AwsAccount } from "../awsAccount";
import type { AwsTags } from "../awsTags";
import type { DatabaseConnection } from "../databaseConnection";
import type { ExistingSecret } from "../passwordSecret";
import type { TaskNetwork } from "../taskNetwork";

export interface ScheduledBackupArgs {
  readonly account: AwsAccount;
  /** Beginning of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of everything that can carry any, tasks included. */
  readonly tags: AwsTags;
  readonly bucket: Bucket;
  /** Key of the bucket; password, log and schedule are encrypted with it too. Default: keys that AWS manages. */
  readonly key?: Key | undefined;
  /** As the role `backup`: reads every row, writes none. */
  readonly connection: DatabaseConnection;
  readonly schedule: {
    /** EventBridge Scheduler's `cron(…)` or `rate(…)`. */
    readonly expression: string;
    /** IANA time zone. */
    readonly timeZone: string;
  };
  /** Days to keep every backup, one a week, and one a month; see `backup/retention/policy.ts`. */
  readonly retentionDays: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Backups, found intact on the day, that are kept however old they are. */
  readonly minimumRedundancy: number;
  /** When to delete what is no longer kept, in the time zone of `schedule`. Default daily at 06:00. */
  readonly pruneExpression?: string | undefined;
  /** When to restore the newest backup to see that it can be, in the time zone of `schedule`. Default daily at 12:00. */
  readonly drillExpression?: string | undefined;
  /** How often the ages of the newest backup and drill are measured, in hours. Default 1. */
  readonly ageIntervalHours?: number | undefined;
  /** Disk of a drill, which holds the whole database, 21 to 200. Default: Fargate's 20 GiB. */
  readonly drillDiskGibibytes?: number | undefined;
  /** How often the schedule tries again, within an hour, to start a task that did not start: 0 to 3. */
  readonly retryAttempts: number;
  /** Container image of the backup program; by digest in production. */
  readonly image: string;
  /**
   * ARN of a secret `{"username": …, "password": …}` with which ECS logs in to a private registry. Not for ECR, whose images
   * the role may pull. Default: the image is public.
   */
  readonly registrySecretArn?: string | undefined;
  /** ARN of a managed policy: the most that the roles of the tasks may do. Default: no limit beside their policies. */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Processor that the image was built for. Default ARM64, which costs a fifth less. */
  readonly cpuArchitecture?: "ARM64" | "X86_64" | undefined;
  /** 1024 is one vCPU. */
  readonly cpuUnits: number;
  readonly memoryMegabytes: number;
  /** `pg_dump` processes at once. */
  readonly parallelDumps: number;
  readonly network: TaskNetwork;
  /** A public address, for subnets without a NAT gateway. */
  readonly assignPublicIp: boolean;
  readonly logRetentionDays: number;
  /** Refuses to delete or replace the log. Default true. */
  readonly deletionProtection?: boolean;
  /** Metrics of each task, which cost a few cents a run. Default true. */
  readonly containerInsights?: boolean;
  /**
   * Days in which a deleted password can be brought back, 7 to 30, and its name cannot be reused; 0 deletes it at
   * once, for stacks that come and go. Default 7.
   */
  readonly secretRecoveryDays?: number;
  /** The secret of an earlier life of the stack. Default: a new one. */
  readonly existingSecret?: ExistingSecret | undefined;
}
