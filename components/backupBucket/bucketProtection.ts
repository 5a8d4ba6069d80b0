import type { Bucket } from "@pulumi/aws/s3/bucket";
import {
  BucketLifecycleConfiguration,
  type BucketLifecycleConfigurationArgs,
} from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import type { Children } from "../component";
import type { PolicyDocument } from "../policyDocument";
import { bucketPolicyDocument } from "./bucketPolicyDocument";

export interface BucketProtectionArgs {
  readonly bucket: Bucket;
  /** ARN of the key that encrypts the objects; undefined if S3 manages it. */
  readonly keyArn: pulumi.Output<string> | undefined;
  /** The bucket policy. Default: what `bucketPolicyDocument` denies to everybody. */
  readonly policy?: pulumi.Output<PolicyDocument>;
  readonly lifecycleRules: BucketLifecycleConfigurationArgs["rules"];
}

/**
 * Makes a bucket private, encrypted and versioned, with resources of the component that owns it.
 *
 * @returns the settings on which others depend
 */
export function protectBucket(
  args: BucketProtectionArgs,
  { name, options }: Children,
): { readonly versioning: BucketVersioning; readonly policy: BucketPolicy } {
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
  return { versioning, policy };
}

const commonPolicy = ({ bucket, keyArn }: BucketProtectionArgs) =>
  pulumi
    .all([bucket.arn, keyArn])
    .apply(([bucketArn, keyArn]) => bucketPolicyDocument({ bucketArn, keyArn }));
