import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketNotification } from "@pulumi/aws/s3/bucketNotification";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component, containedIn, takenBack } from "../component";
import { type BucketEntrance, bucketPolicyDocument } from "./bucketPolicyDocument";
import { protectBucket } from "./bucketProtection";
import { keyPolicyDocument } from "./keyPolicyDocument";
import { defaultTiers, lifecycleRules, type StorageTiers } from "./lifecycleRules";

export interface BackupBucketArgs {
  readonly account: AwsAccount;
  /** Beginning of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of bucket and key. */
  readonly tags: AwsTags;
  /** Name of the bucket, unique in all of AWS. The stack refuses a change: docs/operations.md says how to move. */
  readonly bucketName: string;
  /** Days in which no version of an object can be deleted. Default: no object lock. It cannot be taken off later. */
  readonly objectLock?: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly days: number } | undefined;
  /**
   * A key of our own, rotated every year, in place of the one that S3 manages; password, log and alarms of the backup
   * are encrypted with it too. Default true; costs 1 USD a month.
   */
  readonly ownKey?: boolean;
  /** Days after which a version that was replaced or deleted is gone for good. Default 30. */
  readonly noncurrentRetentionDays?: number;
  /** When backups move to cheaper storage. Default: infrequent access after 30 days. */
  readonly storageTiers?: StorageTiers | undefined;
  /** The endpoint by which tasks reach the bucket: their roles are refused from elsewhere. Default: they may come from anywhere. */
  readonly s3EndpointId?: pulumi.Input<string> | undefined;
  /** Whether EventBridge is told what happens in the bucket, which is free. Default false. */
  readonly sendsEvents?: boolean;
  /** Refuses `pulumi destroy`, and keeps bucket and key if they leave the program. Default true. */
  readonly deletionProtection?: boolean;
  /** What is there of an earlier life of the stack and is taken back, settings and all. Default: nothing. */
  readonly existing?: {
    readonly bucketName?: string | undefined;
    readonly keyId?: string | undefined;
  };
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
    const { bucketName: existingBucket, keyId: existingKey } = args.existing ?? {};

    this.key =
      (args.ownKey ?? true)
        ? this.createKey(args, { ...keep, ...takenBack(existingKey, ["deletionWindowInDays"]) })
        : undefined;
    if (this.key !== undefined) {
      // The console shows keys by their alias. It goes with the stack where the key stays: the next one can have it again.
      new Alias(
        this.childName("key-alias"),
        { name: awsNames(args.physicalName).keyAlias, targetKeyId: this.key.keyId },
        this.childOptions(),
      );
    }
    this.bucket = new Bucket(
      this.childName("bucket"),
      // Object lock is switched on by its own resource below: here it would replace a bucket that exists.
      { bucket: args.bucketName, forceDestroy: false, tags: args.tags },
      { ...keep, ...takenBack(existingBucket, ["forceDestroy"]) },
    );
    const bucket = this.bucket.bucket;
    const settings = this.settingsOptions(protection);

    const { versioning } = protectBucket(
      {
        bucket: this.bucket,
        keyArn: this.key?.arn,
        policy: pulumi
          .all([this.bucket.arn, pulumi.output(this.key?.arn), pulumi.output(entranceOf(args))])
          .apply(([bucketArn, keyArn, entrance]) => bucketPolicyDocument({ bucketArn, keyArn, entrance })),
        lifecycleRules: lifecycleRules(args.noncurrentRetentionDays ?? 30, args.storageTiers ?? defaultTiers),
      },
      { name: (suffix) => this.childName(suffix), options: settings },
    );
    if (args.sendsEvents) {
      // Switched off, it leaves a bucket that stays: what is set and not declared is reported as somebody else's.
      const options = { ...settings, retainOnDelete: false };
      new BucketNotification(this.childName("events"), { bucket, eventbridge: true }, options);
    }
    if (args.objectLock !== undefined) {
      new BucketObjectLockConfiguration(
        this.childName("object-lock"),
        { bucket, rule: { defaultRetention: { mode: args.objectLock.mode, days: args.objectLock.days } } },
        { ...settings, dependsOn: versioning },
      );
    }

    this.registerOutputs({ bucketName: this.bucket.bucket, keyArn: this.key?.arn });
  }

  /**
   * Options of what is set on the bucket. It stays on a bucket that stays, whether the stack keeps that on purpose or S3 refuses
   * to delete it because there are backups in it; and a replacement comes after what it replaces, which has the same place.
   */
  private settingsOptions(retained: boolean): pulumi.CustomResourceOptions {
    return this.childOptions({
      ...containedIn(this.bucket),
      deleteBeforeReplace: true,
      retainOnDelete: retained,
    });
  }

  private createKey(
    { account, bucketName, tags }: BackupBucketArgs,
    options: pulumi.CustomResourceOptions,
  ): Key {
    return new Key(
      this.childName("key"),
      {
        description: `Encrypts the backups in ${bucketName}`,
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

/** The roles are named by pattern: they are made after the bucket. Those of the scheduler and of the image's pull do not touch it. */
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
