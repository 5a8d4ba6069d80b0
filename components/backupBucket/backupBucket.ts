import { Key } from "@pulumi/aws/kms/key";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { Component } from "../component";
import { bucketPolicyDocument } from "./bucketPolicyDocument";
import { keyPolicyDocument } from "./keyPolicyDocument";
import { lifecycleRules } from "./lifecycleRules";

export interface BackupBucketArgs {
  readonly account: AwsAccount;
  /** Name of the bucket, unique in all of AWS. A change makes a new bucket; the old one stays while it is protected. */
  readonly bucketName: string;
  /** Days in which no version of an object can be deleted. Default: no object lock. It cannot be taken off later. */
  readonly objectLock?: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly days: number };
  /**
   * A key of our own, rotated every year, in place of the one that S3 manages; password, log and alarms of the backup
   * are encrypted with it too. Default true; costs 1 USD a month.
   */
  readonly ownKey?: boolean;
  /** Days after which a version that was replaced or deleted is gone for good. Default 30. */
  readonly noncurrentRetentionDays?: number;
  /** Refuses `pulumi destroy`, and keeps bucket and key if they leave the program. Default true. */
  readonly deletionProtection?: boolean;
}

/** The S3 bucket that backups go to: private, encrypted, versioned, and written by a role that cannot delete. */
export class BackupBucket extends Component {
  readonly bucket: Bucket;
  /** Key that encrypts the objects; `undefined` where S3 manages it. */
  readonly key: Key | undefined;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupBucket", name, opts);
    const protection = args.deletionProtection ?? true;
    const keep = this.childOptions({ protect: protection, retainOnDelete: protection });
    const owned = this.childOptions();

    this.key = (args.ownKey ?? true) ? this.createKey(args, keep) : undefined;
    this.bucket = new Bucket(
      this.childName("bucket"),
      { bucket: args.bucketName, objectLockEnabled: args.objectLock !== undefined, forceDestroy: false },
      keep,
    );
    const bucket = this.bucket.bucket;

    const versioning = new BucketVersioning(
      this.childName("versioning"),
      { bucket, versioningConfiguration: { status: "Enabled" } },
      owned,
    );
    new BucketServerSideEncryptionConfiguration(
      this.childName("encryption"),
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: this.key === undefined ? "AES256" : "aws:kms",
              kmsMasterKeyId: this.key?.arn,
            },
            // One data key per bucket and time span, not one KMS call per object.
            bucketKeyEnabled: this.key !== undefined,
          },
        ],
      },
      owned,
    );
    const publicAccessBlock = new BucketPublicAccessBlock(
      this.childName("public-access"),
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      owned,
    );
    new BucketOwnershipControls(
      this.childName("ownership"),
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      owned,
    );
    new BucketLifecycleConfiguration(
      this.childName("lifecycle"),
      { bucket, rules: lifecycleRules(args.noncurrentRetentionDays ?? 30) },
      // Without versioning S3 refuses rules on noncurrent versions.
      this.childOptions({ dependsOn: versioning }),
    );
    if (args.objectLock !== undefined) {
      new BucketObjectLockConfiguration(
        this.childName("object-lock"),
        { bucket, rule: { defaultRetention: { mode: args.objectLock.mode, days: args.objectLock.days } } },
        this.childOptions({ dependsOn: versioning }),
      );
    }
    new BucketPolicy(
      this.childName("policy"),
      {
        bucket,
        policy: pulumi
          .all([this.bucket.arn, this.key?.arn])
          .apply(([bucketArn, keyArn]) => JSON.stringify(bucketPolicyDocument(bucketArn, keyArn))),
      },
      this.childOptions({ dependsOn: publicAccessBlock }),
    );

    this.registerOutputs({ bucketName: this.bucket.bucket, keyArn: this.key?.arn });
  }

  private createKey({ account, bucketName }: BackupBucketArgs, options: pulumi.CustomResourceOptions): Key {
    return new Key(
      this.childName("key"),
      {
        description: `Encrypts the backups in ${bucketName}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: pulumi
          .all([account.accountId, account.region])
          .apply(([accountId, region]) => JSON.stringify(keyPolicyDocument(accountId, region))),
      },
      options,
    );
  }
}
