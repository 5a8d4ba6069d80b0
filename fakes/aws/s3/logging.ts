import { GetBucketLoggingCommand, PutBucketLoggingCommand } from "@aws-sdk/client-s3";
import { requiredText } from "../properties";
import { bucketPart } from "./bucketPart";

type State = { targetBucket: string; targetPrefix: string };

/** The destination of a bucket's access logs. */
export const bucketLogging = bucketPart<State>({
  inputs: { targetBucket: requiredText, targetPrefix: requiredText },
  missing: [],
  async put(s3, bucket, { targetBucket, targetPrefix }, options) {
    const LoggingEnabled = { TargetBucket: targetBucket, TargetPrefix: targetPrefix };
    const BucketLoggingStatus = { LoggingEnabled };
    await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus }), options);
  },
  async get(s3, bucket, options) {
    const { LoggingEnabled } = await s3.send(new GetBucketLoggingCommand({ Bucket: bucket }), options);
    const { TargetBucket, TargetPrefix = "" } = LoggingEnabled ?? {};
    return TargetBucket === undefined
      ? undefined
      : { targetBucket: TargetBucket, targetPrefix: TargetPrefix };
  },
  async remove(s3, bucket, options) {
    await s3.send(new PutBucketLoggingCommand({ Bucket: bucket, BucketLoggingStatus: {} }), options);
  },
});
