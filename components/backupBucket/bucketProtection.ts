import type { Bucket } from "@pulumi/aws/s3/bucket";
import {
  BucketLifecycleConfiguration,
  type BucketLifecycleConfigurationArgs,
} from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import { type Children, containedIn } from "../component";
import type { PolicyDocument } from "../policyDocument";
import { bucketPolicyDocument } from "./bucketPolicyDocument";

export interface BucketProtectionArgs {
  readonly bucket: Bucket;
  /** ARN of the key that encrypts the objects; undefined if S3 manages it. */
  readonly keyArn: pulumi.Output<string> | undefined;
  /** The bucket policy. Default: the statements of `bucketPolicyDocument` that apply to all principals. */
  readonly policy?: pulumi.Output<PolicyDocument>;
  readonly lifecycleRules: BucketLifecycleConfigurationArgs["rules"];
  /** How long each version is locked after it is written. Default: no lock. */
  readonly objectLock?: { readonly mode: string; readonly days: number } | undefined;
}

/**
 * Returns the options for settings of a bucket. They stay if the bucket stays, whether the stack keeps it on purpose or
 * S3 refuses to delete it because it is not empty. A replacement is created after the old one is deleted, because both
 * use the same place.
 */
export function settingOptions(bucket: Bucket, retained: boolean): pulumi.CustomResourceOptions {
  return { ...containedIn(bucket), deleteBeforeReplace: true, retainOnDelete: retained };
}

/**
 * Makes a bucket private, encrypted, versioned and locked, with resources of the component that owns it.
 *
 * @returns the settings on which others depend: replication needs versions and their lock
 */
export function protectBucket(
  args: BucketProtectionArgs,
  { name, options }: Children,
): { readonly versions: readonly pulumi.Resource[]; readonly policy: BucketPolicy } {
  const { keyArn } = args;
  const { bucket } = args.bucket;
  const versioning = new BucketVersioning(
    name("versioning"),
    { bucket, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  new BucketServerSideEncryptionConfiguration(
    name("encryption"),
    {
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: keyArn === undefined ? "AES256" : "aws:kms",
            kmsMasterKeyId: keyArn,
          },
          // Uses one data key per bucket and time span, instead of one KMS call per object.
          bucketKeyEnabled: keyArn !== undefined,
        },
      ],
    },
    options,
  );
  const publicAccessBlock = new BucketPublicAccessBlock(
    name("public-access"),
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  new BucketOwnershipControls(
    name("ownership"),
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    options,
  );
  new BucketLifecycleConfiguration(
    name("lifecycle"),
    { bucket, rules: args.lifecycleRules },
    // Without versioning, S3 refuses rules on noncurrent versions.
    { ...options, dependsOn: versioning },
  );
  const policy = new BucketPolicy(
    name("policy"),
    {
      bucket,
      policy: (args.policy ?? commonPolicy(args)).apply((document) => JSON.stringify(document)),
    },
    { ...options, dependsOn: publicAccessBlock },
  );
  const versions: pulumi.Resource[] = [versioning];
  if (args.objectLock !== undefined) {
    const { mode, days } = args.objectLock;
    versions.push(
      new BucketObjectLockConfiguration(
        name("object-lock"),
        { bucket, rule: { defaultRetention: { mode, days } } },
        { ...options, dependsOn: versioning },
      ),
    );
  }
  return { versions, policy };
}

const commonPolicy = ({ bucket, keyArn }: BucketProtectionArgs) =>
  pulumi
    .all([bucket.arn, keyArn])
    .apply(([bucketArn, keyArn]) => bucketPolicyDocument({ bucketArn, keyArn }));
