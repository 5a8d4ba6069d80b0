import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasObjectLock: StackRule = {
  name: "bucket-has-object-lock",
  description: "In production every bucket has an object lock.",
  severity: "high",
  controls: ["CKV_AWS_143", "S3.15"],
  onlyInProduction: true,
  problems: eachBucketHas(
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "an object lock",
  ),
};
