import { allowsEverybody } from "../documents";
import type { ResourceRule } from "../rule";

export const bucketPolicyAllowsNobody: ResourceRule = {
  name: "bucket-policy-allows-nobody",
  description: "A bucket policy allows no public access.",
  severity: "critical",
  controls: ["CKV_AWS_70", "S3.6"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  problem: ({ policy }) => (allowsEverybody(policy) ? "must not allow public access" : undefined),
};
