import {
  type BucketVersioningStatus,
  GetBucketVersioningCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { AwsError } from "../errors";
import { structure } from "../properties";
import { bucketPart } from "./bucketPart";

type State = { versioningConfiguration: { status: string } };

export const bucketVersioning = bucketPart<State>({
  inputs: { versioningConfiguration: structure("map", { required: true }) },
  missing: [],
  async put(s3, bucket, { versioningConfiguration: { status } }, options) {
    if (status === "Disabled") return;
    const VersioningConfiguration = { Status: status as BucketVersioningStatus };
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }), options);
  },
  async get(s3, bucket, options) {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }), options);
    return Status && { versioningConfiguration: { status: Status } };
  },
  async remove(s3, bucket, options) {
    try {
      await s3.send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Suspended" } }),
        options,
      );
    } catch (error) {
      // Versioning of a bucket with object lock cannot be disabled.
      if (!(error instanceof AwsError) || error.code !== "InvalidBucketState") throw error;
    }
  },
});
