import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import { bucketPolicyDocument } from "../../components/backupBucket/bucketPolicyDocument";
import { Component, livesIn } from "../../components/component";
import type { AccountArgs } from "./accountArgs";
import { ProtectedKey } from "./protectedKey";

export interface StateBucketArgs extends AccountArgs {
  /** Name of the bucket, unique in all of AWS. */
  readonly bucketName: string;
}

/** Days after which an earlier version of a state is deleted. */
const earlierVersionsDays = 365;

/** The bucket of the Pulumi states: private, encrypted with its own key, and versioned, so that an earlier state can be restored. */
export class StateBucket extends Component {
  readonly bucket: Bucket;
  readonly key: ProtectedKey;

  constructor(name: string, args: StateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("StateBucket", name, opts);
    const { bucketName, deletionProtection, tags } = args;
    this.key = new ProtectedKey(
      this.childName("encryption"),
      { ...args, alias: bucketName, purpose: `the states in ${bucketName}` },
      { parent: this },
    );
    this.bucket = new Bucket(
      this.childName("bucket"),
      { bucket: bucketName, forceDestroy: false, tags },
      this.childOptions({ protect: deletionProtection, retainOnDelete: deletionProtection }),
    );
    const bucket = this.bucket.bucket;
    const settings = this.childOptions({
      ...livesIn(this.bucket),
      deleteBeforeReplace: true,
      retainOnDelete: deletionProtection,
    });
    const versioning = new BucketVersioning(
      this.childName("versioning"),
      { bucket, versioningConfiguration: { status: "Enabled" } },
      settings,
    );
    new BucketServerSideEncryptionConfiguration(
      this.childName("server-side-encryption"),
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: "aws:kms",
              kmsMasterKeyId: this.key.key.arn,
            },
            bucketKeyEnabled: true,
          },
        ],
      },
      settings,
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
      settings,
    );
    new BucketOwnershipControls(
      this.childName("ownership"),
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      settings,
    );
    new BucketLifecycleConfiguration(
      this.childName("lifecycle"),
      {
        bucket,
        rules: [
          {
            id: "earlier-versions",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays: earlierVersionsDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { ...settings, dependsOn: versioning },
    );
    new BucketPolicy(
      this.childName("policy"),
      {
        bucket,
        policy: pulumi
          .all([this.bucket.arn, this.key.key.arn])
          .apply(([bucketArn, keyArn]) => JSON.stringify(bucketPolicyDocument(bucketArn, keyArn))),
      },
      { ...settings, dependsOn: publicAccessBlock },
    );
    this.registerOutputs({ bucketName: bucket });
  }
}
