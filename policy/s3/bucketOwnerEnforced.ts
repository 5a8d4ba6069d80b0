import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const bucketOwnerEnforced: ResourceRule = {
  name: "bucket-owner-enforced",
  description: "Objects belong to the owner of the bucket, and access control lists are disabled.",
  severity: "high",
  controls: ["CKV2_AWS_65", "S3.12"],
  types: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
  problem: ({ rule }) =>
    property(rule, "objectOwnership") === "BucketOwnerEnforced" ? undefined : "must be BucketOwnerEnforced",
};
