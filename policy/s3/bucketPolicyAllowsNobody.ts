import { allowsEverybody } from "../documents";
import type { ResourceRule } from "../rule";

export const bucketPolicyAllowsNobody: ResourceRule = {
  name: "bucket-policy-allows-nobody",
  description: "A bucket policy allows nothing to everybody.",
  severity: "critical",
  controls: ["CKV_AWS_70", "S3.6"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  problem: ({ policy }) => (allowsEverybody(policy) ? "must not allow anything to everybody" : undefined),
};
