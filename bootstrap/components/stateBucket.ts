import { Bucket } from "@pulumi/aws/s3/bucket";
import type * as pulumi from "@pulumi/pulumi";
import { protectBucket } from "../../components/backupBucket/bucketProtection";
import { Component, containedIn, deletedBefore } from "../../components/component";
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
      this.childOptions({
        ...{ protect: deletionProtection, retainOnDelete: deletionProtection },
        ...deletedBefore(this.key.key),
      }),
    );
    const settings = this.childOptions({
      ...containedIn(this.bucket),
      deleteBeforeReplace: true,
      retainOnDelete: deletionProtection,
    });
    protectBucket(
      {
        bucket: this.bucket,
        keyArn: this.key.key.arn,
        lifecycleRules: [
          {
            id: "earlier-versions",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays: earlierVersionsDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { name: (suffix) => this.childName(suffix), options: settings },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}
