import {
  DeleteBucketLifecycleCommand,
  type ExpirationStatus,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type { JsonObject } from "../../../foundation/json";
import { UserError } from "../../../foundation/userError";
import { defined, structure } from "../properties";
import { bucketPart } from "./bucketPart";

type Rule = {
  id: string;
  status: string;
  filter?: { prefix?: string };
  abortIncompleteMultipartUpload?: { daysAfterInitiation?: number };
  expiration?: { days?: number; expiredObjectDeleteMarker?: boolean };
  noncurrentVersionExpiration?: { noncurrentDays: number; newerNoncurrentVersions?: number };
  transitions?: { days?: number; storageClass: string }[];
};

/** The supported members of a rule. Others are refused, not dropped. */
const known: readonly string[] = [
  "id",
  "status",
  "filter",
  "abortIncompleteMultipartUpload",
  "expiration",
  "noncurrentVersionExpiration",
  "transitions",
] satisfies (keyof Rule)[];

export const bucketLifecycle = bucketPart<{ rules: Rule[] }>({
  inputs: { rules: structure("list", { check: unknownParts }) },
  outputs: ["expectedBucketOwner", "transitionDefaultMinimumObjectSize"],
  missing: ["NoSuchLifecycleConfiguration"],
  async put(s3, bucket, { rules }, options) {
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: rules.map(toService) },
      }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const { Rules = [], TransitionDefaultMinimumObjectSize } = await s3.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }),
      options,
    );
    const more = {
      expectedBucketOwner: "",
      transitionDefaultMinimumObjectSize: TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    };
    return { rules: Rules.map(fromService), ...more };
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }), options);
  },
});

function unknownParts(rules: unknown): string | undefined {
  const list = rules as (JsonObject & { filter?: JsonObject })[];
  const names = [
    ...list.flatMap((rule) => Object.keys(rule)).filter((name) => !known.includes(name)),
    // moto drops filters by size and tag.
    ...list.flatMap(({ filter = {} }) => Object.keys(filter)).filter((name) => name !== "prefix"),
  ];
  return names.length === 0
    ? undefined
    : `must not have ${[...new Set(names)].join(", ")}: the local stand-in does not support it`;
}

function toService(rule: Rule): LifecycleRule {
  const {
    filter,
    expiration,
    abortIncompleteMultipartUpload: abort,
    noncurrentVersionExpiration: old,
  } = rule;
  return {
    ID: rule.id,
    Status: rule.status as ExpirationStatus,
    Filter: { Prefix: filter?.prefix ?? "" },
    ...(abort && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort.daysAfterInitiation } }),
    ...(expiration && {
      Expiration: {
        Days: expiration.days,
        ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
      },
    }),
    ...(old && {
      NoncurrentVersionExpiration: {
        NoncurrentDays: old.noncurrentDays,
        NewerNoncurrentVersions: old.newerNoncurrentVersions,
      },
    }),
    ...(rule.transitions && {
      Transitions: rule.transitions.map(({ days, storageClass }) => ({
        Days: days,
        StorageClass: storageClass as TransitionStorageClass,
      })),
    }),
  };
}

function fromService(rule: LifecycleRule): Rule {
  const {
    Filter,
    Expiration,
    AbortIncompleteMultipartUpload: abort,
    NoncurrentVersionExpiration: old,
  } = rule;
  if (rule.ID === undefined || rule.Status === undefined)
    throw new UserError("S3 returned a rule without its ID.");
  return defined({
    id: rule.ID,
    status: rule.Status,
    filter: { prefix: Filter?.Prefix ?? "" },
    abortIncompleteMultipartUpload: abort && defined({ daysAfterInitiation: abort.DaysAfterInitiation }),
    expiration:
      Expiration &&
      defined({ days: Expiration.Days, expiredObjectDeleteMarker: Expiration.ExpiredObjectDeleteMarker }),
    noncurrentVersionExpiration:
      old &&
      defined({ noncurrentDays: old.NoncurrentDays, newerNoncurrentVersions: old.NewerNoncurrentVersions }),
    transitions: rule.Transitions?.map(({ Days, StorageClass }) =>
      defined({ days: Days, storageClass: StorageClass }),
    ),
  }) as unknown as Rule;
}
