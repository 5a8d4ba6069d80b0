import type { JsonObject, JsonValue } from "../../foundation/json";
import {
  type Counterpart,
  defined,
  documentOf,
  objectOf,
  objectsOf,
  type Properties,
  pascal,
  type Siblings,
  sameNames,
  tagsOf,
} from "./counterpart";

/** Bucket settings that are separate resources in provider v7 and properties of the bucket in CloudFormation. */
export const bucketSettings: Readonly<Record<string, (inputs: JsonObject) => Properties>> = {
  "aws:s3/bucketVersioning:BucketVersioning": ({ versioningConfiguration }) => ({
    VersioningConfiguration: pascal(versioningConfiguration ?? {}),
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ({ rules }) => ({
    BucketEncryption: { ServerSideEncryptionConfiguration: objectsOf(rules).map(encryptionRule) },
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ({ rules }) => ({
    LifecycleConfiguration: { Rules: objectsOf(rules).map(lifecycleRule) },
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (inputs) => ({
    PublicAccessBlockConfiguration: sameNames(inputs, "bucket"),
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ({ rule }) => ({
    OwnershipControls: { Rules: [pascal(rule ?? {})] },
  }),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ({ rule }) => ({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: pascal(rule ?? {}) },
  }),
  "aws:s3/bucketLogging:BucketLogging": ({ targetBucket, targetPrefix }) => ({
    LoggingConfiguration: defined({ DestinationBucketName: targetBucket, LogFilePrefix: targetPrefix }),
  }),
  "aws:s3/bucketNotification:BucketNotification": ({ eventbridge }) => ({
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: eventbridge ?? false } },
  }),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ({ role, rules }) => ({
    ReplicationConfiguration: defined({ Role: role, Rules: objectsOf(rules).map(replicationRule) }),
  }),
};

function encryptionRule({ applyServerSideEncryptionByDefault, bucketKeyEnabled }: JsonObject): JsonObject {
  const { sseAlgorithm, kmsMasterKeyId } = objectOf(applyServerSideEncryptionByDefault);
  return defined({
    BucketKeyEnabled: bucketKeyEnabled,
    ServerSideEncryptionByDefault: defined({ SSEAlgorithm: sseAlgorithm, KMSMasterKeyID: kmsMasterKeyId }),
  });
}

function lifecycleRule(rule: JsonObject): JsonObject {
  const { id, status, filter, abortIncompleteMultipartUpload, expiration, noncurrentVersionExpiration } =
    rule;
  const { days, expiredObjectDeleteMarker } = objectOf(expiration);
  return defined({
    Id: id,
    Status: status,
    Prefix: objectOf(filter).prefix,
    AbortIncompleteMultipartUpload: abortIncompleteMultipartUpload && pascal(abortIncompleteMultipartUpload),
    ExpirationInDays: days,
    ExpiredObjectDeleteMarker: expiredObjectDeleteMarker,
    NoncurrentVersionExpiration: noncurrentVersionExpiration && pascal(noncurrentVersionExpiration),
    Transitions: transitions(rule.transitions, "days"),
    NoncurrentVersionTransitions: transitions(rule.noncurrentVersionTransitions, "noncurrentDays"),
  });
}

function transitions(list: JsonValue | undefined, days: string): JsonValue | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return objectsOf(list).map((transition) =>
    defined({ StorageClass: transition.storageClass, TransitionInDays: transition[days] }),
  );
}

function replicationRule(rule: JsonObject): JsonObject {
  const { bucket, encryptionConfiguration, metrics, storageClass } = objectOf(rule.destination);
  const { replicaKmsKeyId } = objectOf(encryptionConfiguration);
  return defined({
    Id: rule.id,
    Priority: rule.priority,
    Status: rule.status,
    Filter: pascal(rule.filter ?? {}),
    DeleteMarkerReplication: pascal(rule.deleteMarkerReplication ?? {}),
    SourceSelectionCriteria: pascal(rule.sourceSelectionCriteria ?? {}),
    Destination: defined({
      Bucket: bucket,
      StorageClass: storageClass,
      Metrics: metrics && pascal(metrics),
      EncryptionConfiguration: replicaKmsKeyId && { ReplicaKmsKeyID: replicaKmsKeyId },
    }),
  });
}

function bucketProperties(inputs: JsonObject, { find }: Siblings): Properties {
  const settings = Object.entries(bucketSettings).flatMap(([type, render]) =>
    find(type, "bucket", inputs.bucket).map(render),
  );
  return Object.assign({ BucketName: inputs.bucket, ...tagsOf(inputs) }, ...settings) as Properties;
}

/** S3, KMS and Secrets Manager. */
export const storage: Readonly<Record<string, Counterpart>> = {
  "aws:s3/bucket:Bucket": { type: "AWS::S3::Bucket", ref: "bucket", properties: bucketProperties },
  "aws:s3/bucketPolicy:BucketPolicy": {
    type: "AWS::S3::BucketPolicy",
    properties: ({ policy, ...inputs }) => ({ ...sameNames(inputs), PolicyDocument: documentOf(policy) }),
  },
  "aws:kms/key:Key": {
    type: "AWS::KMS::Key",
    properties: ({ policy, deletionWindowInDays, ...inputs }) => ({
      ...sameNames(inputs),
      KeyPolicy: documentOf(policy),
      PendingWindowInDays: deletionWindowInDays,
    }),
  },
  "aws:kms/alias:Alias": {
    type: "AWS::KMS::Alias",
    properties: ({ name, ...inputs }) => ({ ...sameNames(inputs), AliasName: name }),
  },
  "aws:secretsmanager/secret:Secret": {
    type: "AWS::SecretsManager::Secret",
    ref: "arn",
    // In CloudFormation, the policy is a separate resource (here it is empty), and the recovery window is a parameter of the
    // deletion.
    properties: (inputs) => sameNames(inputs, "policy", "recoveryWindowInDays"),
  },
};
