import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasPolicy: StackRule = {
  name: "bucket-has-policy",
  description: "Every bucket has a policy.",
  severity: "high",
  controls: ["S3.5"],
  problems: eachBucketHas("aws:s3/bucketPolicy:BucketPolicy", "a policy"),
};
