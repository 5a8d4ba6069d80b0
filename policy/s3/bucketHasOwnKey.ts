import { eachOf, exceptForAccessLogs, listOf, property, type StackRule } from "../rule";

export const bucketHasOwnKey: StackRule = {
  name: "bucket-has-own-key",
  description:
    "In production a bucket encrypts with a customer-managed key, except for one with access logs.",
  severity: "high",
  controls: ["CKV_AWS_145", "S3.17"],
  onlyInProduction: true,
  problems: exceptForAccessLogs(
    eachOf(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      ({ rules }) =>
        listOf(rules).every(
          (rule) =>
            property(property(rule, "applyServerSideEncryptionByDefault"), "sseAlgorithm") === "aws:kms",
        )
          ? undefined
          : "must encrypt with aws:kms",
    ),
  ),
};
