import type { Property, Table } from "../engine/table";
import { Aws, type ProviderConfig } from "./client";
import { eventRule } from "./cloudwatch/eventRule";
import { eventTarget } from "./cloudwatch/eventTarget";
import { logGroup } from "./cloudwatch/logGroup";
import { logMetricFilter } from "./cloudwatch/logMetricFilter";
import { metricAlarm } from "./cloudwatch/metricAlarm";
import { securityGroup } from "./ec2/securityGroup";
import { cluster } from "./ecs/cluster";
import { taskDefinition } from "./ecs/taskDefinition";
import { getCallerIdentity, getRegion, getSubnets, getVpc } from "./functions";
import { role } from "./iam/role";
import { rolePolicy } from "./iam/rolePolicy";
import { key } from "./kms/key";
import { bucket } from "./s3/bucket";
import { bucketEncryption } from "./s3/encryption";
import { bucketLifecycle } from "./s3/lifecycle";
import { bucketObjectLock } from "./s3/objectLock";
import { bucketOwnershipControls } from "./s3/ownershipControls";
import { bucketPolicy } from "./s3/policy";
import { bucketPublicAccessBlock } from "./s3/publicAccessBlock";
import { bucketVersioning } from "./s3/versioning";
import { schedule } from "./scheduler/schedule";
import { scheduleGroup } from "./scheduler/scheduleGroup";
import { secret } from "./secretsmanager/secret";
import { secretVersion } from "./secretsmanager/secretVersion";
import { topic } from "./sns/topic";
import { topicPolicy } from "./sns/topicPolicy";
import { topicSubscription } from "./sns/topicSubscription";
import { queue } from "./sqs/queue";
import { queuePolicy } from "./sqs/queuePolicy";

const text: Property = { type: "string" };
const flag: Property = { type: "boolean" };

/** What @pulumi/aws offers, as far as this stack uses it. */
export const aws: Table<Aws> = {
  package: "aws",
  plugin: { name: "aws", version: "7.48.0" },
  config: {
    region: { ...text, fixed: true },
    accessKey: { ...text, secret: true },
    secretKey: { ...text, secret: true },
    token: { ...text, secret: true },
    endpoints: { type: "list" },
    s3UsePathStyle: flag,
    // Checks against the real AWS, none of which is made here.
    skipCredentialsValidation: flag,
    skipMetadataApiCheck: flag,
    skipRegionValidation: flag,
    skipRequestingAccountId: flag,
  },
  // Checked against `config` above.
  connect: (config) => new Aws(config as ProviderConfig),
  resources: {
    "aws:cloudwatch/eventRule:EventRule": eventRule,
    "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
    "aws:cloudwatch/logGroup:LogGroup": logGroup,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": logMetricFilter,
    "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:ecs/cluster:Cluster": cluster,
    "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:kms/key:Key": key,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketLifecycle,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketObjectLock,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketOwnershipControls,
    "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPublicAccessBlock,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
      bucketEncryption,
    "aws:s3/bucketVersioning:BucketVersioning": bucketVersioning,
    "aws:scheduler/schedule:Schedule": schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": scheduleGroup,
    "aws:secretsmanager/secret:Secret": secret,
    "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
    "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
    "aws:sqs/queue:Queue": queue,
    "aws:sqs/queuePolicy:QueuePolicy": queuePolicy,
  },
  functions: {
    "aws:ec2/getSubnets:getSubnets": getSubnets,
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
    "aws:index/getRegion:getRegion": getRegion,
  },
};
