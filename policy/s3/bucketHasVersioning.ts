import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasVersioning: StackRule = {
  name: "bucket-has-versioning",
  description: "Every bucket has a versioning setting.",
  severity: "high",
  controls: ["CKV_AWS_21", "S3.14"],
  problems: eachBucketHas("aws:s3/bucketVersioning:BucketVersioning", "versioning"),
};
