import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { Value } from "../../../../plugins/provider-host/values";
import { account, type Case, names, output, policyFor } from "./case";

/** Cases of S3, each after those on which it depends. */
export const s3Cases: readonly Case[] = [
  {
    token: "aws:s3/bucket:Bucket",
    inputs: () => ({ bucket: names.bucket, objectLockEnabled: true }),
    changeManually: async (aws, id) =>
      aws
        .use("s3")
        .send(
          new PutBucketTaggingCommand({ Bucket: id, Tagging: { TagSet: [{ Key: "owner", Value: "me" }] } }),
        ),
    found: { tags: "delete" },
  },
  {
    token: "aws:s3/bucketLogging:BucketLogging",
    inputs: () => ({ bucket: names.bucket, targetBucket: "specimen-records", targetPrefix: "s3/" }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(new PutBucketLoggingCommand({ Bucket: id, BucketLoggingStatus: {} })),
    found: "gone",
  },
  {
    token: "aws:s3/bucketNotification:BucketNotification",
    inputs: () => ({ bucket: names.bucket, eventbridge: true }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: id,
          NotificationConfiguration: {
            TopicConfigurations: [
              {
                Id: "by-hand",
                TopicArn: `arn:aws:sns:us-east-1:${account}:of-somebody-else`,
                Events: ["s3:ObjectCreated:*"],
              },
            ],
          },
        }),
      ),
    found: { topics: "delete" },
  },
  {
    token: "aws:s3/bucketVersioning:BucketVersioning",
    inputs: () => ({ bucket: "specimen-versioned", versioningConfiguration: { status: "Enabled" } }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketVersioningCommand({
          Bucket: id,
          VersioningConfiguration: { Status: "Suspended" },
        }),
      ),
    found: { "versioningConfiguration.status": "update" },
  },
  {
    token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    inputs: () => ({
      bucket: "specimen-versioned",
      role: `arn:aws:iam::${account}:role/replication`,
      rules: [
        {
          id: "copies",
          priority: 1,
          status: "Enabled",
          destination: {
            bucket: "arn:aws:s3:::specimen-records",
            storageClass: "STANDARD_IA",
            metrics: { status: "Enabled" },
            encryptionConfiguration: { replicaKmsKeyId: `arn:aws:kms:us-west-2:${account}:key/one` },
          },
        },
      ],
    }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketReplicationCommand({
          Bucket: id,
          ReplicationConfiguration: {
            Role: `arn:aws:iam::${account}:role/replication`,
            Rules: [
              {
                ID: "copies",
                Priority: 1,
                Status: "Disabled",
                Filter: { Prefix: "" },
                Destination: { Bucket: "arn:aws:s3:::of-somebody-else" },
              },
            ],
          },
        }),
      ),
    found: {
      "rules[0].destination.bucket": "update",
      "rules[0].destination.encryptionConfiguration": "add",
      "rules[0].destination.metrics": "add",
      "rules[0].destination.storageClass": "add",
      "rules[0].status": "update",
    },
  },
  {
    token: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: (world) => ({
      bucket: names.bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: output(world, "Key", "arn"),
          },
          bucketKeyEnabled: true,
        },
      ],
    }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketEncryptionCommand({
          Bucket: id,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
      ),
    found: {
      "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId": "add",
      "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm": "update",
      "rules[0].bucketKeyEnabled": "add",
    },
  },
  {
    token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: () => ({
      bucket: names.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
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
    found: { blockPublicPolicy: "update" },
  },
  {
    token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    inputs: () => ({ bucket: names.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketOwnershipControlsCommand({
          Bucket: id,
          OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
        }),
      ),
    found: { "rule.objectOwnership": "update" },
  },
  {
    token: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    inputs: () => ({
      bucket: names.bucket,
      rules: [
        {
          id: "abort",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
        },
        {
          id: "old",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          expiration: { expiredObjectDeleteMarker: true },
          transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
        },
      ] satisfies Value[] as Value[],
    }),
    changeManually: async (aws, id) => {
      const s3 = aws.use("s3");
      const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id }));
      const [first, ...rest] = Rules;
      const changed = { ...first, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 90 } };
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: id,
          LifecycleConfiguration: { Rules: [{ Status: "Enabled", ...changed }, ...rest] },
        }),
      );
    },
    found: { "rules[0].abortIncompleteMultipartUpload.daysAfterInitiation": "update" },
  },
  {
    token: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    inputs: () => ({ bucket: names.bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } } }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutObjectLockConfigurationCommand({
          Bucket: id,
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
          },
        }),
      ),
    found: { "rule.defaultRetention.days": "update" },
  },
  {
    token: "aws:s3/bucketPolicy:BucketPolicy",
    inputs: () => ({ bucket: names.bucket, policy: policyFor("s3:*", `arn:aws:s3:::${names.bucket}/*`) }),
    changeManually: async (aws, id) =>
      aws.use("s3").send(
        new PutBucketPolicyCommand({
          Bucket: id,
          Policy: policyFor("s3:DeleteObject", `arn:aws:s3:::${names.bucket}/*`),
        }),
      ),
    found: { policy: "update" },
  },
];
