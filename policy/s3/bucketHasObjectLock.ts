import { eachBucketHas, exceptForAccessLogs, type StackRule } from "../rule";

export const bucketHasObjectLock: StackRule = {
  name: "bucket-has-object-lock",
  description: "In production every bucket has an object lock, except for one with access logs.",
  severity: "high",
  controls: ["CKV_AWS_143", "S3.15"],
  onlyInProduction: true,
  problems: exceptForAccessLogs(
    eachBucketHas("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "an object lock"),
  ),
};
