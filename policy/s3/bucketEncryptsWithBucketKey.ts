import type { ResourceRule } from "../rule";
import { listOf, property } from "../rule";

export const bucketEncryptsWithBucketKey: ResourceRule = {
  name: "bucket-encrypts-with-bucket-key",
  description: "A bucket that encrypts with KMS names its key and uses a bucket key.",
  severity: "medium",
  controls: ["CKV_AWS_19", "S3.17"],
  types: ["aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"],
  problem: ({ rules }) => {
    const broken = listOf(rules).some((rule) => {
      const applied = property(rule, "applyServerSideEncryptionByDefault");
      if (property(applied, "sseAlgorithm") === "AES256") return false;
      return !property(applied, "kmsMasterKeyId") || property(rule, "bucketKeyEnabled") !== true;
    });
    return broken || listOf(rules).length === 0
      ? "must name a customer-managed key and use a bucket key"
      : undefined;
  },
};
