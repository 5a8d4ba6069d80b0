import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasPublicAccessBlock: StackRule = {
  name: "bucket-has-public-access-block",
  description: "Every bucket has a public access block.",
  severity: "critical",
  controls: ["CKV2_AWS_6", "S3.2", "S3.3"],
  problems: eachBucketHas("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "a public access block"),
};
