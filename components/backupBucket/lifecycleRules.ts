import type { types } from "@pulumi/aws";

type LifecycleRule = types.input.s3.BucketLifecycleConfigurationRule;

/** Days after which an upload that was never finished is dropped (CKV_AWS_300). */
const unfinishedUploadDays = 3;
/** Infrequent access is cheaper from the 30th day on, which is also the least that S3 takes. */
export const defaultTiers: StorageTiers = { infrequentAccessDays: 30 };

/** When backups move to cheaper storage, in days after they were made. All of it can be read at once. */
export interface StorageTiers {
  /** S3 Standard-IA. */
  readonly infrequentAccessDays: number;
  /** S3 Glacier Instant Retrieval, at least 30 days later. Default: never. */
  readonly archiveDays?: number | undefined;
}

/**
 * What S3 does with the objects by itself. It never expires a current version: which backups go is decided by
 * `backup prune`, which knows which ones are verified.
 */
export function lifecycleRules(noncurrentRetentionDays: number, tiers: StorageTiers): LifecycleRule[] {
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
      transitions: [
        { days: tiers.infrequentAccessDays, storageClass: "STANDARD_IA" },
        ...(tiers.archiveDays === undefined ? [] : [{ days: tiers.archiveDays, storageClass: "GLACIER_IR" }]),
      ],
    },
  ];
}
