import type { Property, Table } from "../engine/table";
import { Aws, type ProviderConfig } from "./client";
import { dashboard } from "./cloudwatch/dashboard";
import { eventRule } from "./cloudwatch/eventRule";
import { eventTarget } from "./cloudwatch/eventTarget";
import { logGroup } from "./cloudwatch/logGroup";
import { logMetricFilter } from "./cloudwatch/logMetricFilter";
import { metricAlarm } from "./cloudwatch/metricAlarm";
import { defaultSecurityGroup } from "./ec2/defaultSecurityGroup";
import { eip } from "./ec2/eip";
import { flowLog } from "./ec2/flowLog";
import { internetGateway } from "./ec2/internetGateway";
import { natGateway } from "./ec2/natGateway";
import { routeTable } from "./ec2/routeTable";
import { routeTableAssociation } from "./ec2/routeTableAssociation";
import { securityGroup } from "./ec2/securityGroup";
import { subnet } from "./ec2/subnet";
import { vpc } from "./ec2/vpc";
import { vpcEndpoint } from "./ec2/vpcEndpoint";
import { lifecyclePolicy } from "./ecr/lifecyclePolicy";
import { repository } from "./ecr/repository";
import { cluster } from "./ecs/cluster";
import { taskDefinition } from "./ecs/taskDefinition";
import {
  getAvailabilityZones,
  getCallerIdentity,
  getKey,
  getRegion,
  getSubnet,
  getSubnets,
  getVpc,
} from "./functions";
import { getRole } from "./iam/getRole";
import { openIdConnectProvider } from "./iam/openIdConnectProvider";
import { managedPolicy } from "./iam/policy";
import { role } from "./iam/role";
import { rolePoliciesExclusive } from "./iam/rolePoliciesExclusive";
import { rolePolicy } from "./iam/rolePolicy";
import { rolePolicyAttachmentsExclusive } from "./iam/rolePolicyAttachmentsExclusive";
import { alias } from "./kms/alias";
import { key } from "./kms/key";
import { lambdaFunction } from "./lambda/function";
import { bucket } from "./s3/bucket";
import { bucketEncryption } from "./s3/encryption";
import { bucketLifecycle } from "./s3/lifecycle";
import { bucketLogging } from "./s3/logging";
import { bucketNotification } from "./s3/notification";
import { bucketObjectLock } from "./s3/objectLock";
import { bucketOwnershipControls } from "./s3/ownershipControls";
import { bucketPolicy } from "./s3/policy";
import { bucketPublicAccessBlock } from "./s3/publicAccessBlock";
import { bucketReplication } from "./s3/replication";
import { bucketVersioning } from "./s3/versioning";
import { schedule } from "./scheduler/schedule";
import { scheduleGroup } from "./scheduler/scheduleGroup";
import { getSecret } from "./secretsmanager/getSecret";
import { secret } from "./secretsmanager/secret";
import { secretVersion } from "./secretsmanager/secretVersion";
import { topic } from "./sns/topic";
import { topicPolicy } from "./sns/topicPolicy";
import { topicSubscription } from "./sns/topicSubscription";
import { queue } from "./sqs/queue";
import { queuePolicy } from "./sqs/queuePolicy";
import * as tags from "./tags";
import { getResources } from "./tags/getResources";

const text: Property = { type: "string" };
const flag: Property = { type: "boolean" };

/** The part of @pulumi/aws that this stack uses. */
export const aws: Table<Aws> = {
  package: "aws",
  plugin: { name: "aws", version: "7.48.0" },
  config: {
    region: { ...text, fixed: true },
    accessKey: { ...text, secret: true },
    secretKey: { ...text, secret: true },
    token: { ...text, secret: true },
    profile: text,
    assumeRoles: { type: "list" },
    endpoints: { type: "list" },
    s3UsePathStyle: flag,
    defaultTags: { type: "map" },
    allowedAccountIds: { type: "list" },
    forbiddenAccountIds: { type: "list" },
    // Checks against the real AWS, which the stand-in does not make.
    skipCredentialsValidation: flag,
    skipMetadataApiCheck: flag,
    skipRegionValidation: flag,
    skipRequestingAccountId: flag,
  },
  // Checked against `config` above.
  connect: (config) => new Aws(config as ProviderConfig),
  verify: (client) => client.verifyAccount(),
  resources: {
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
    "aws:cloudwatch/eventRule:EventRule": tags.taggable(eventRule, tags.eventRuleTags),
    "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
    "aws:cloudwatch/logGroup:LogGroup": tags.taggable(logGroup, tags.logGroupTags),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": logMetricFilter,
    "aws:cloudwatch/metricAlarm:MetricAlarm": tags.taggable(metricAlarm, tags.alarmTags),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": tags.taggable(defaultSecurityGroup, tags.ec2Tags),
    "aws:ec2/eip:Eip": tags.taggable(eip, tags.ec2Tags),
    "aws:ec2/flowLog:FlowLog": tags.taggable(flowLog, tags.ec2Tags),
    "aws:ec2/internetGateway:InternetGateway": tags.taggable(internetGateway, tags.ec2Tags),
    "aws:ec2/natGateway:NatGateway": tags.taggable(natGateway, tags.ec2Tags),
    "aws:ec2/routeTable:RouteTable": tags.taggable(routeTable, tags.ec2Tags),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
    "aws:ec2/securityGroup:SecurityGroup": tags.taggable(securityGroup, tags.ec2Tags),
    "aws:ec2/subnet:Subnet": tags.taggable(subnet, tags.ec2Tags),
    "aws:ec2/vpc:Vpc": tags.taggable(vpc, tags.ec2Tags),
    "aws:ec2/vpcEndpoint:VpcEndpoint": tags.taggable(vpcEndpoint, tags.ec2Tags),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": lifecyclePolicy,
    "aws:ecr/repository:Repository": tags.taggable(repository, tags.repositoryTags),
    "aws:ecs/cluster:Cluster": tags.taggable(cluster, tags.ecsTags),
    "aws:ecs/taskDefinition:TaskDefinition": tags.taggable(taskDefinition, tags.ecsTags),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": tags.taggable(
      openIdConnectProvider,
      tags.identityProviderTags,
    ),
    "aws:iam/policy:Policy": tags.taggable(managedPolicy, tags.policyTags),
    "aws:iam/role:Role": tags.taggable(role, tags.roleTags),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": rolePoliciesExclusive,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": rolePolicyAttachmentsExclusive,
    "aws:kms/alias:Alias": alias,
    "aws:kms/key:Key": tags.taggable(key, tags.keyTags),
    "aws:lambda/function:Function": tags.taggable(lambdaFunction, tags.functionTags),
    "aws:s3/bucket:Bucket": tags.taggable(bucket, tags.bucketTags),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketLifecycle,
    "aws:s3/bucketLogging:BucketLogging": bucketLogging,
    "aws:s3/bucketNotification:BucketNotification": bucketNotification,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketObjectLock,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketOwnershipControls,
    "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPublicAccessBlock,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": bucketReplication,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
      bucketEncryption,
    "aws:s3/bucketVersioning:BucketVersioning": bucketVersioning,
    "aws:scheduler/schedule:Schedule": schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": tags.taggable(scheduleGroup, tags.scheduleGroupTags),
    "aws:secretsmanager/secret:Secret": tags.taggable(secret, tags.secretTags),
    "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
    "aws:sns/topic:Topic": tags.taggable(topic, tags.topicTags),
    "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
    "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
    "aws:sqs/queue:Queue": tags.taggable(queue, tags.queueTags),
    "aws:sqs/queuePolicy:QueuePolicy": queuePolicy,
  },
  functions: {
    "aws:ec2/getSubnet:getSubnet": getSubnet,
    "aws:ec2/getSubnets:getSubnets": getSubnets,
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
    "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
    "aws:index/getRegion:getRegion": getRegion,
    "aws:kms/getKey:getKey": getKey,
    "aws:resourcegroupstaggingapi/getResources:getResources": getResources,
    "aws:iam/getRole:getRole": getRole,
    "aws:secretsmanager/getSecret:getSecret": getSecret,
  },
};
