import {
  DeleteBucketReplicationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetObjectLockConfigurationCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { bucketChanges } from "./bucketChanges";
import type { CloudChanges, ManualChange } from "./manualChange";

const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const encryptionRow = bucketChanges[encryption] as ManualChange;

/** Manual changes of the copies: of their bucket in the second region, and of the replication rule on the source bucket. */
export const replicaChanges: CloudChanges = {
  ...bucketChanges,
  [encryption]: {
    ...encryptionRow,
    // The replicas have a key, which S3 would no longer use.
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketEncryptionCommand({
          Bucket: id,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
      ),
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetBucketReplicationCommand({ Bucket: id }))).ReplicationConfiguration,
    change: async ({ s3 }, { id }) => {
      const { ReplicationConfiguration: found } = await s3.send(
        new GetBucketReplicationCommand({ Bucket: id }),
      );
      const Rules = (found?.Rules ?? []).map((rule) => ({ ...rule, Status: "Disabled" as const }));
      await s3.send(
        new PutBucketReplicationCommand({
          Bucket: id,
          ReplicationConfiguration: { Role: found?.Role, Rules },
        }),
      );
    },
    reports: ["status"],
    deletion: {
      remove: async ({ s3 }, { id }) => await s3.send(new DeleteBucketReplicationCommand({ Bucket: id })),
    },
  },
  "aws:s3/bucketNotification:BucketNotification": {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: id }))).TopicConfigurations,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: id,
          NotificationConfiguration: {
            TopicConfigurations: [
              {
                Id: "by-hand",
                TopicArn: "arn:aws:sns:us-east-1:123456789012:of-somebody-else",
                Events: ["s3:ObjectCreated:*"],
              },
            ],
          },
        }),
      ),
    reports: ["topics"],
    deletion: { none: "moto forgets that EventBridge is notified" },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    look: async ({ s3 }, { id }) =>
      (await s3.send(new GetObjectLockConfigurationCommand({ Bucket: id }))).ObjectLockConfiguration,
    change: async ({ s3 }, { id }) =>
      await s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket: id,
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
          },
        }),
      ),
    reports: ["days"],
    deletion: { none: "S3 cannot remove an object lock" },
  },
};
