import type { types } from "@pulumi/aws";

type LifecycleRule = types.input.s3.BucketLifecycleConfigurationRule;

/** Days after which an unfinished upload is aborted (CKV_AWS_300). */
const unfinishedUploadDays = 3;
/** Infrequent access is cheaper from day 30 on, which is also the minimum that S3 accepts. */
export const defaultTiers: StorageTiers = { infrequentAccessDays: 30 };

/** When backups move to cheaper storage, in days after their creation. All of them can be read immediately. */
export interface StorageTiers {
  /** S3 Standard-IA. */
  readonly infrequentAccessDays: number;
  /** S3 Glacier Instant Retrieval, at least 30 days later. Default: never. */
  readonly archiveDays?: number | undefined;
}

/**
 * Returns the lifecycle rules. They never expire a current version: `backup prune` decides which backups to delete,
 * because it knows which ones are verified.
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
