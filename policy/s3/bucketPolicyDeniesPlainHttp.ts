import { deniesPlainHttp } from "../documents";
import type { ResourceRule } from "../rule";

export const bucketPolicyDeniesPlainHttp: ResourceRule = {
  name: "bucket-policy-denies-plain-http",
  description: "A bucket refuses plain HTTP.",
  severity: "high",
  controls: ["CKV_AWS_379", "S3.5"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  problem: ({ policy }) => (deniesPlainHttp(policy) ? undefined : "must deny aws:SecureTransport false"),
};
