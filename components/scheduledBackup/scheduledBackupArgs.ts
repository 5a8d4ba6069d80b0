import type { Key } from "@pulumi/aws/kms/key";
import type { Bucket } from "@pulumi/aws/s3/bucket";
import type * as pulumi from "@pulumi/pulumi";
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
    readonly expression: pulumi.Input<string>;
    /** IANA time zone. */
    readonly timeZone: pulumi.Input<string>;
  };
  /** Days to keep every backup, one per week, and one per month; see `backup/retention/policy.ts`. */
  readonly retentionDays: {
    readonly daily: pulumi.Input<number>;
    readonly weekly: pulumi.Input<number>;
    readonly monthly: pulumi.Input<number>;
  };
  /** The number of intact backups that are kept regardless of their age. */
  readonly minimumRedundancy: pulumi.Input<number>;
  /** When to delete expired backups, in the time zone of `schedule`. Default daily at 06:00. */
  readonly pruneExpression?: pulumi.Input<string> | undefined;
  /** When to restore the newest backup as a test, in the time zone of `schedule`. Default daily at 12:00. */
  readonly drillExpression?: pulumi.Input<string> | undefined;
  /** The interval of measuring the ages of the newest backup and drill, in hours. Default 1. */
  readonly ageIntervalHours?: number | undefined;
  /** Disk of a drill in GiB, which must hold the whole database, 21 to 200. Default: Fargate's 20 GiB. */
  readonly drillDiskGibibytes?: pulumi.Input<number> | undefined;
  /** How often the schedule retries, within an hour, to start a task that did not start: 0 to 3. */
  readonly retryAttempts: pulumi.Input<number>;
  /** Container image of the backup program; by digest in production. */
  readonly image: pulumi.Input<string>;
  /**
   * ARN of a secret `{"username": …, "password": …}` with which ECS logs in to a private registry. Not needed for ECR,
   * from which the role may pull. Default: the image is public.
   */
  readonly registrySecretArn?: pulumi.Input<string> | undefined;
  /**
   * ARN of a managed policy that limits the task roles' permissions. Default: no limit in addition to their policies.
   */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
  /** CPU architecture of the image. Default ARM64, which costs a fifth less. */
  readonly cpuArchitecture?: pulumi.Input<"ARM64" | "X86_64"> | undefined;
  /** 1024 is one vCPU. */
  readonly cpuUnits: pulumi.Input<number>;
  readonly memoryMegabytes: pulumi.Input<number>;
  /** The number of parallel `pg_dump` processes. */
  readonly parallelDumps: pulumi.Input<number>;
  readonly network: TaskNetwork;
  /** Whether tasks get a public address, for subnets without a NAT gateway. */
  readonly assignPublicIp: pulumi.Input<boolean>;
  /** Days to keep the log. */
  readonly logRetentionDays: pulumi.Input<number>;
  /** Refuses to delete or replace the log. Default true. */
  readonly deletionProtection?: boolean;
  /** Metrics of each task, which cost a few cents per run. Default true. */
  readonly containerInsights?: boolean;
  /**
   * Days in which a deleted password can be restored, 7 to 30, and its name cannot be reused; 0 deletes it at once, for
   * temporary stacks. Default 7.
   */
  readonly secretRecoveryDays?: pulumi.Input<number>;
  /** The secret of an earlier deployment of the stack. Default: a new one. */
  readonly existingSecret?: ExistingSecret | undefined;
}
