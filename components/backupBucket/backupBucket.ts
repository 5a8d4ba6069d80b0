import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketNotification } from "@pulumi/aws/s3/bucketNotification";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component, deletedBefore, importOptions } from "../component";
import { type BucketEntrance, bucketPolicyDocument } from "./bucketPolicyDocument";
import { protectBucket, settingOptions } from "./bucketProtection";
import { keyPolicyDocument } from "./keyPolicyDocument";
import { defaultTiers, lifecycleRules, type StorageTiers } from "./lifecycleRules";

export interface BackupBucketArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of the bucket and its key. */
  readonly tags: AwsTags;
  /**
   * Name of the bucket, globally unique in AWS. The stack refuses a change: docs/operations.md describes how to move.
   */
  readonly bucketName: pulumi.Input<string>;
  /** Days in which no version of an object can be deleted. Default: no object lock. It cannot be removed later. */
  readonly objectLock?: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly days: number } | undefined;
  /**
   * Whether to use our own key, rotated every year, instead of the one that S3 manages. It also encrypts password, log
   * and alarms of the backup. Default true; costs 1 USD a month.
   */
  readonly ownKey?: boolean;
  /** Days after which a replaced or deleted version is permanently removed. Default 30. */
  readonly noncurrentRetentionDays?: number;
  /** When backups move to cheaper storage. Default: infrequent access after 30 days. */
  readonly storageTiers?: StorageTiers | undefined;
  /** The only endpoint through which task roles may reach the bucket. Default: they may connect from anywhere. */
  readonly s3EndpointId?: pulumi.Input<string> | undefined;
  /** Whether the bucket sends events to EventBridge, which is free. Default false. */
  readonly sendsEvents?: boolean;
  /** Refuses `pulumi destroy`, and keeps bucket and key if they leave the program. Default true. */
  readonly deletionProtection?: boolean;
  /** Resources of an earlier deployment of the stack that are imported with their settings. Default: none. */
  readonly existing?: {
    readonly bucketName?: string | undefined;
    readonly keyId?: string | undefined;
  };
}

/** The S3 bucket for backups: private, encrypted, versioned, and written by a role that cannot delete. */
export class BackupBucket extends Component {
  readonly bucket: Bucket;
  /** Key that encrypts the objects; `undefined` if S3 manages it. */
  readonly key: Key | undefined;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupBucket", name, opts);
    const protection = args.deletionProtection ?? true;
    const keep = this.childOptions({ protect: protection, retainOnDelete: protection });
    const { bucketName: existingBucket, keyId: existingKey } = args.existing ?? {};

    this.key =
      (args.ownKey ?? true)
        ? this.createKey(args, { ...keep, ...importOptions(existingKey, ["deletionWindowInDays"]) })
        : undefined;
    if (this.key !== undefined) {
      // The console shows keys by their alias. It is deleted with the stack even if the key stays, so the next stack
      // can use the name.
      new Alias(
        this.childName("key-alias"),
        { name: awsNames(args.physicalName).keyAlias, targetKeyId: this.key.keyId },
        this.childOptions(),
      );
    }
    this.bucket = new Bucket(
      this.childName("bucket"),
      // A separate resource below enables object lock. Enabling it here would replace an existing bucket.
      { bucket: args.bucketName, forceDestroy: false, tags: args.tags },
      { ...keep, ...deletedBefore(this.key), ...importOptions(existingBucket, ["forceDestroy"]) },
    );
    const bucket = this.bucket.bucket;
    const settings = this.childOptions(settingOptions(this.bucket, protection));

    protectBucket(
      {
        bucket: this.bucket,
        keyArn: this.key?.arn,
        policy: pulumi
          .all([this.bucket.arn, pulumi.output(this.key?.arn), pulumi.output(entranceOf(args))])
          .apply(([bucketArn, keyArn, entrance]) => bucketPolicyDocument({ bucketArn, keyArn, entrance })),
        lifecycleRules: lifecycleRules(args.noncurrentRetentionDays ?? 30, args.storageTiers ?? defaultTiers),
        objectLock: args.objectLock,
      },
      { name: (suffix) => this.childName(suffix), options: settings },
    );
    if (args.sendsEvents) {
      // Deleted when it is disabled, even if the bucket stays: otherwise it would be reported as a foreign setting.
      const options = { ...settings, retainOnDelete: false };
      new BucketNotification(this.childName("events"), { bucket, eventbridge: true }, options);
    }

    this.registerOutputs({ bucketName: this.bucket.bucket, keyArn: this.key?.arn });
  }

  private createKey(
    { account, bucketName, tags }: BackupBucketArgs,
    options: pulumi.CustomResourceOptions,
  ): Key {
    return new Key(
      this.childName("key"),
      {
        description: pulumi.interpolate`Encrypts the backups in ${bucketName}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags,
        policy: pulumi
          .all([account.accountId, account.region])
          .apply(([accountId, region]) => JSON.stringify(keyPolicyDocument(accountId, region))),
      },
      options,
    );
  }
}

/**
 * Returns the bucket policy. Roles are named by pattern, because they are created after the bucket. The roles of the
 * scheduler and for pulling images do not access it.
 */
function entranceOf({
  account,
  physicalName,
  s3EndpointId,
}: BackupBucketArgs): pulumi.Output<BucketEntrance> | undefined {
  if (s3EndpointId === undefined) return undefined;
  return pulumi
    .all([account.accountId, account.region, s3EndpointId])
    .apply(([accountId, region, endpointId]) => ({
      endpointId,
      roleArnPattern: `arn:${partitionOf(region)}:iam::${accountId}:role/${physicalName}-backup-*task`,
    }));
}
