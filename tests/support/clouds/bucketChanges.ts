import {
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { CloudChanges } from "./manualChange";

const parts = {
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  publicAccess: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  policy: "aws:s3/bucketPolicy:BucketPolicy",
} as const;

/** Manual changes of the backup bucket and its settings. */
export const bucketChanges: CloudChanges = {
  "aws:s3/bucket:Bucket": {
    look: async ({ s3 }, { id }) => {
      const tagging = s3.send(new GetBucketTaggingCommand({ Bucket: id }));
      return await tagging.then(
        ({ TagSet }) => TagSet,
        (error: Error) => error.name,
      );
    },
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketTaggingCommand({ Bucket: id, Tagging: { TagSet: [{ Key: "owner", Value: "me" }] } }),
      ),
    reports: ["tags", "owner"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeleteBucketCommand({ Bucket: id })),
      takes: Object.values(parts),
    },
  },
  [parts.versioning]: {
    look: async ({ s3 }, { id }) => (await s3.send(new GetBucketVersioningCommand({ Bucket: id }))).Status,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketVersioningCommand({ Bucket: id, VersioningConfiguration: { Status: "Suspended" } }),
      ),
    reports: ["versioningConfiguration", "status"],
    deletion: { none: "S3 can suspend versioning, which is the change above, but cannot remove it" },
  },
  [parts.encryption]: {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetBucketEncryptionCommand({ Bucket: id }))).ServerSideEncryptionConfiguration,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketEncryptionCommand({
          Bucket: id,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }],
          },
        }),
      ),
    reports: ["sseAlgorithm"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeleteBucketEncryptionCommand({ Bucket: id })),
    },
  },
  [parts.publicAccess]: {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetPublicAccessBlockCommand({ Bucket: id }))).PublicAccessBlockConfiguration,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutPublicAccessBlockCommand({
          Bucket: id,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: false,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        }),
      ),
    reports: ["blockPublicPolicy"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeletePublicAccessBlockCommand({ Bucket: id })),
    },
  },
  [parts.ownership]: {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: id }))).OwnershipControls,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketOwnershipControlsCommand({
          Bucket: id,
          OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
        }),
      ),
    reports: ["objectOwnership"],
    deletion: {
      remove: async ({ s3 }, { id }) =>
        await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: id })),
    },
  },
  [parts.lifecycle]: {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id }))).Rules,
    change: async ({ s3 }, { id }) => {
      const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id }));
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: id,
          LifecycleConfiguration: {
            Rules: Rules.map((rule) =>
              rule.NoncurrentVersionExpiration === undefined
                ? rule
                : { ...rule, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
            ),
          },
        }),
      );
    },
    reports: ["rules", "noncurrentDays"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeleteBucketLifecycleCommand({ Bucket: id })),
    },
  },
  [parts.policy]: {
    look: async ({ s3 }, { id }) =>
      JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket: id }))).Policy ?? ""),
    change: async ({ s3 }, { id }) => {
      const { Policy = "" } = await s3.send(new GetBucketPolicyCommand({ Bucket: id }));
      await s3.send(new PutBucketPolicyCommand({ Bucket: id, Policy: Policy.replace("Deny", "Allow") }));
    },
    reports: ["policy"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeleteBucketPolicyCommand({ Bucket: id })),
    },
  },
};
