import { arnsInRegions, bucketArnOf, type PolicyPlace } from "./place";
import { type ServiceRights, tagConditions } from "./rights";

/** Returns the permissions on the buckets and their key. */
export function storageRights(place: PolicyPlace): readonly ServiceRights[] {
  const { prefix, bucketName, logBucketName, replica, retiredBucketNames = [] } = place;
  const { owned, claimed, untagged } = tagConditions(place);
  return [
    {
      name: "Bucket",
      resources: [
        bucketName,
        logBucketName,
        ...(replica === undefined ? [] : [replica.bucketName]),
        ...retiredBucketNames,
      ].map((name) => bucketArnOf(place, name)),
      reads: [
        "s3:ListBucket",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetAnalyticsConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetReplicationConfiguration",
      ],
      writes: [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketLogging",
        "s3:PutBucketNotification",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ],
    },
    { name: "NewKey", resources: "*", writes: ["kms:CreateKey"], condition: claimed },
    {
      name: "NewKeyTags",
      resources: arnsInRegions(place, "kms", "key/*"),
      writes: ["kms:TagResource"],
      condition: { ...claimed, ...untagged },
    },
    {
      name: "Key",
      resources: arnsInRegions(place, "kms", "key/*"),
      reads: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*"],
      writes: [
        "kms:Decrypt",
        "kms:DisableKeyRotation",
        "kms:EnableKey*",
        "kms:GenerateDataKey",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateKeyDescription",
        "kms:*Alias",
      ],
      condition: owned,
    },
    {
      // KMS requires the permission on the key (above) and on its alias.
      name: "KeyAlias",
      resources: arnsInRegions(place, "kms", `alias/${prefix}-backup`),
      writes: ["kms:*Alias"],
    },
  ];
}
