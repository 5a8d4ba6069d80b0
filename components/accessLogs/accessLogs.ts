import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { type AwsTags, purposeTag } from "../awsTags";
import type { BackupBucket } from "../backupBucket/backupBucket";
import { protectBucket, settingOptions } from "../backupBucket/bucketProtection";
import { Component, containedIn, importOptions } from "../component";
import { accessLogsPolicy, recordsPrefix } from "./policy";

export interface AccessLogsArgs {
  readonly account: AwsAccount;
  readonly tags: AwsTags;
  /** The bucket whose requests are recorded. */
  readonly source: BackupBucket;
  /** Name of the log bucket, globally unique in AWS. */
  readonly bucketName: pulumi.Input<string>;
  /** Days to keep the records. */
  readonly retentionDays: pulumi.Input<number>;
  /** Refuses `pulumi destroy`, and keeps the bucket if it leaves the program. Default true. */
  readonly deletionProtection?: boolean;
  /** The log bucket of an earlier deployment of the stack, which is imported. Default: a new one. */
  readonly existingBucketName?: string | undefined;
}

/** Value of the tag that distinguishes the log bucket from backup buckets. */
export const accessLogsPurpose = "access-logs";

/**
 * Records every request to the backup bucket in a separate bucket. S3 only delivers to buckets that are encrypted with
 * its own keys and have no object lock.
 */
export class AccessLogs extends Component {
  readonly bucket: Bucket;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AccessLogs", name, opts);
    const protection = args.deletionProtection ?? true;
    this.bucket = new Bucket(
      this.childName("bucket"),
      {
        bucket: args.bucketName,
        forceDestroy: false,
        tags: { ...args.tags, [purposeTag]: accessLogsPurpose },
      },
      {
        ...this.childOptions({ protect: protection, retainOnDelete: protection }),
        ...importOptions(args.existingBucketName, ["forceDestroy"]),
      },
    );
    const { bucket } = this;
    const settings = this.childOptions(settingOptions(bucket, protection));
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
      // S3 refuses a target bucket to which it may not write. The setting is deleted with its bucket. If the bucket stays, the
      // setting is removed, because it would be reported as a foreign setting.
      this.childOptions({
        ...containedIn(args.source.bucket),
        deleteBeforeReplace: true,
        dependsOn: policy,
      }),
    );
    this.registerOutputs({ bucketName: bucket.bucket });
  }
}
