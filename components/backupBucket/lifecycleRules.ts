import type { types } from "@pulumi/aws";

type LifecycleRule = types.input.s3.BucketLifecycleConfigurationRule;

/** Days after which an upload that was never finished is dropped (CKV_AWS_300). */
const unfinishedUploadDays = 3;
/** Infrequent access is cheaper from the 30th day on, which is also the least that S3 takes. */
const infrequentAccessDays = 30;

/**
 * What S3 does with the objects by itself. It never expires a current version: which backups go is decided by
 * `backup prune`, which knows which ones are verified.
 */
export function lifecycleRules(noncurrentRetentionDays: number): LifecycleRule[] {
  return [
    {
      id: "abort-unfinished-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: unfinishedUploadDays },
    },
    {
      id: "expire-noncurrent-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: noncurrentRetentionDays },
      expiration: { expiredObjectDeleteMarker: true },
    },
    {
      id: "move-to-infrequent-access",
      status: "Enabled",
      filter: { prefix: "" },
      transitions: [{ days: infrequentAccessDays, storageClass: "STANDARD_IA" }],
    },
  ];
}
