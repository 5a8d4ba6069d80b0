import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasLifecycle: StackRule = {
  name: "bucket-has-lifecycle",
  description: "Every bucket has a lifecycle configuration.",
  severity: "low",
  controls: ["CKV2_AWS_61", "S3.13"],
  problems: eachBucketHas(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "a lifecycle configuration",
  ),
};
