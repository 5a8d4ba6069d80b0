import type { ResourceRule } from "../rule";

export const bucketBlocksPublicAccess: ResourceRule = {
  name: "bucket-blocks-public-access",
  description: "A public access block has all four switches on.",
  severity: "critical",
  controls: ["CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "S3.8"],
  types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  problem: (block) =>
    block.blockPublicAcls === true &&
    block.blockPublicPolicy === true &&
    block.ignorePublicAcls === true &&
    block.restrictPublicBuckets === true
      ? undefined
      : "must have all four switches on",
};
