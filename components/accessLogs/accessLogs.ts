import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { type AwsTags, purposeTag } from "../awsTags";
import type { BackupBucket } from "../backupBucket/backupBucket";
import { protectBucket } from "../backupBucket/bucketProtection";
import { Component, containedIn, takenBack } from "../component";
import { accessLogsPolicy, recordsPrefix } from "./policy";

export interface AccessLogsArgs {
  readonly account: AwsAccount;
  readonly tags: AwsTags;
  /** The bucket whose requests are recorded. */
  readonly source: BackupBucket;
  /** Name of the bucket with the records, unique in all of AWS. */
  readonly bucketName: string;
  /** Days to keep the records. */
  readonly retentionDays: number;
  /** Refuses `pulumi destroy`, and keeps the bucket if it leaves the program. Default true. */
  readonly deletionProtection?: boolean;
  /** The bucket of an earlier life of the stack, which is taken back. Default: a new one. */
  readonly existingBucketName?: string | undefined;
}

/** Value of the tag by which the bucket is told from those with backups. */
export const accessLogsPurpose = "access-logs";

/**
 * Records every request to the backup bucket, in a bucket beside it. S3 delivers to buckets that it encrypts itself, and that have no
 * object lock: with a key of ours, or a lock, no record would arrive.
 */
export class AccessLogs extends Component {
  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AccessLogs", name, opts);
    const protection = args.deletionProtection ?? true;
    const bucket = new Bucket(
      this.childName("bucket"),
      {
        bucket: args.bucketName,
        forceDestroy: false,
        tags: { ...args.tags, [purposeTag]: accessLogsPurpose },
      },
      {
        ...this.childOptions({ protect: protection, retainOnDelete: protection }),
        ...takenBack(args.existingBucketName, ["forceDestroy"]),
      },
    );
    const settings = this.childOptions({
      ...containedIn(bucket),
      deleteBeforeReplace: true,
      retainOnDelete: protection,
    });
    const { policy } = protectBucket(
      {
        bucket,
        keyArn: undefined,
        lifecycleRules: [
          {
            id: "expire-records",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: args.retentionDays },
            noncurrentVersionExpiration: { noncurrentDays: 1 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
        policy: pulumi
          .all([bucket.arn, args.source.bucket.arn, args.account.accountId])
          .apply(([bucketArn, sourceArn, accountId]) =>
            accessLogsPolicy({ bucketArn, sourceArn, accountId }),
          ),
      },
      { name: (suffix) => this.childName(suffix), options: settings },
    );
    new BucketLogging(
      this.childName("logging"),
      { bucket: args.source.bucket.bucket, targetBucket: bucket.bucket, targetPrefix: recordsPrefix },
      // S3 refuses a bucket that it may not write to. The setting goes with the bucket that it is on, and is taken off one that stays:
      // there it would be reported as somebody else's.
      this.childOptions({
        ...containedIn(args.source.bucket),
        deleteBeforeReplace: true,
        dependsOn: policy,
      }),
    );
    this.registerOutputs({ bucketName: bucket.bucket });
  }
}
