import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasOwnershipControls: StackRule = {
  name: "bucket-has-ownership-controls",
  description: "Every bucket has ownership controls.",
  severity: "high",
  controls: ["CKV2_AWS_65", "S3.12"],
  problems: eachBucketHas("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "ownership controls"),
};
