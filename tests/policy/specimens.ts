import type { Properties } from "../../policy/rule";

/** A minimal resource that violates one rule. */
export interface Bad {
  readonly type: string;
  readonly properties: Properties;
}

const json = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const everybody = json({ Effect: "Allow", Principal: "*", Action: "x:Do", Resource: "r" });
const allow = (statement: object) => json({ Effect: "Allow", ...statement });
const container = (settings: object) => ({ containerDefinitions: JSON.stringify([settings]) });
const bucket = { type: "aws:s3/bucket:Bucket", properties: { bucket: "bare" } };
const taskDefinition = (properties: Properties): Bad => ({
  type: "aws:ecs/taskDefinition:TaskDefinition",
  properties,
});

const aFunction = (properties: Properties): Bad => ({ type: "aws:lambda/function:Function", properties });

/** Rule → a minimal resource that violates it. */
export const bad: Readonly<Record<string, Bad>> = {
  "default-security-group-is-closed": {
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    properties: { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] },
  },
  "subnet-gives-no-public-address": {
    type: "aws:ec2/subnet:Subnet",
    properties: { mapPublicIpOnLaunch: true },
  },
  "endpoint-has-policy": { type: "aws:ec2/vpcEndpoint:VpcEndpoint", properties: {} },
  "network-records-connections": { type: "aws:ec2/vpc:Vpc", properties: { cidrBlock: "10.80.0.0/24" } },
  "bucket-blocks-public-access": {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    properties: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true },
  },
  "bucket-has-public-access-block": bucket,
  "bucket-keeps-versions": {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    properties: { versioningConfiguration: { status: "Suspended" } },
  },
  "bucket-has-versioning": bucket,
  "bucket-encrypts-with-bucket-key": {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    properties: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
  },
  "bucket-has-encryption": bucket,
  "bucket-has-own-key": {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    properties: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  },
  "bucket-owner-enforced": {
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    properties: { rule: { objectOwnership: "ObjectWriter" } },
  },
  "bucket-has-ownership-controls": bucket,
  "bucket-policy-denies-plain-http": {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    properties: { policy: json() },
  },
  "bucket-policy-allows-nobody": {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    properties: { policy: everybody },
  },
  "bucket-records-requests": bucket,
  "bucket-reports-deletions": bucket,
  "function-has-no-plain-secret": aFunction({ environment: { variables: { PGPASSWORD: "hunter2" } } }),
  "function-writes-log": aFunction({ loggingConfig: { logFormat: "Text" } }),
  "function-ends-in-time": aFunction({ timeout: 900 }),
  "function-runtime-is-supported": aFunction({ runtime: "nodejs18.x" }),
  "function-takes-no-stranger": {
    type: "aws:lambda/permission:Permission",
    properties: { action: "lambda:InvokeFunction", principal: "*" },
  },
  "bucket-has-policy": bucket,
  "bucket-drops-unfinished-uploads": {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    properties: {
      rules: [
        {
          status: "Enabled",
          filter: { prefix: "runs/" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
        },
      ],
    },
  },
  "bucket-has-lifecycle": bucket,
  "bucket-is-never-emptied": { type: bucket.type, properties: { forceDestroy: true } },
  "bucket-name-without-dots": { type: bucket.type, properties: { bucket: "backups.example.com" } },
  "bucket-has-object-lock": bucket,
  "key-rotates": { type: "aws:kms/key:Key", properties: {} },
  "key-policy-is-closed": { type: "aws:kms/key:Key", properties: { policy: everybody } },
  "key-waits-for-deletion": { type: "aws:kms/key:Key", properties: { deletionWindowInDays: 7 } },
  "role-policy-names-actions": {
    type: "aws:iam/rolePolicy:RolePolicy",
    properties: { policy: allow({ Action: "s3:*", Resource: "arn:aws:s3:::one" }) },
  },
  "role-policy-names-resources": {
    type: "aws:iam/rolePolicy:RolePolicy",
    properties: { policy: allow({ Action: ["ecr:GetAuthorizationToken", "s3:GetObject"], Resource: "*" }) },
  },
  "pass-role-names-service": {
    type: "aws:iam/rolePolicy:RolePolicy",
    properties: { policy: allow({ Action: "iam:PassRole", Resource: "arn:aws:iam::1:role/one" }) },
  },
  "role-trust-names-account": {
    type: "aws:iam/role:Role",
    properties: {
      assumeRolePolicy: allow({
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    },
  },
  "role-has-no-managed-policy": {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    properties: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
  },
  "container-is-not-root": taskDefinition(container({ user: "0" })),
  "container-root-is-read-only": taskDefinition(container({ readonlyRootFilesystem: false })),
  "container-has-no-privileges": taskDefinition(
    container({ linuxParameters: { capabilities: { drop: [] } } }),
  ),
  "container-has-no-plain-secret": taskDefinition(
    container({ environment: [{ name: "URL", value: "postgresql://backup:hidden@db/postgres" }] }),
  ),
  "container-writes-log": taskDefinition(container({ logConfiguration: { logDriver: "awslogs" } })),
  "task-roles-differ": taskDefinition({ executionRoleArn: "arn:one", taskRoleArn: "arn:one" }),
  "task-has-own-network": taskDefinition({ networkMode: "awsvpc", pidMode: "host" }),
  "image-is-pinned": taskDefinition(container({ image: "registry.example.com/backup:latest" })),
  "cluster-has-insights": {
    type: "aws:ecs/cluster:Cluster",
    properties: { settings: [{ name: "containerInsights", value: "disabled" }] },
  },
  "schedule-retries-briefly": {
    type: "aws:scheduler/schedule:Schedule",
    properties: { target: { retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 3600 } } },
  },
  "schedule-has-dead-letter-queue": { type: "aws:scheduler/schedule:Schedule", properties: { target: {} } },
  "schedule-has-own-key": { type: "aws:scheduler/schedule:Schedule", properties: { kmsKeyArn: "" } },
  "task-has-no-public-address": {
    type: "aws:scheduler/schedule:Schedule",
    properties: { target: { ecsParameters: { networkConfiguration: { assignPublicIp: true } } } },
  },
  "queue-is-encrypted": { type: "aws:sqs/queue:Queue", properties: { sqsManagedSseEnabled: false } },
  "queue-denies-plain-http": { type: "aws:sqs/queuePolicy:QueuePolicy", properties: { policy: json() } },
  "queue-is-closed": { type: "aws:sqs/queuePolicy:QueuePolicy", properties: { policy: everybody } },
  "topic-denies-plain-http": { type: "aws:sns/topicPolicy:TopicPolicy", properties: { policy: json() } },
  "topic-is-closed": { type: "aws:sns/topicPolicy:TopicPolicy", properties: { policy: everybody } },
  "queue-has-own-key": { type: "aws:sqs/queue:Queue", properties: { sqsManagedSseEnabled: true } },
  "topic-has-own-key": { type: "aws:sns/topic:Topic", properties: {} },
  "log-group-forgets": { type: "aws:cloudwatch/logGroup:LogGroup", properties: { retentionInDays: 0 } },
  "log-group-keeps-a-year": {
    type: "aws:cloudwatch/logGroup:LogGroup",
    properties: { retentionInDays: 30, kmsKeyId: "arn:key" },
  },
  "alarm-rings": {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    properties: { actionsEnabled: false, alarmActions: ["arn:topic"] },
  },
  "event-target-has-dead-letter-queue": { type: "aws:cloudwatch/eventTarget:EventTarget", properties: {} },
  "secret-has-own-key": { type: "aws:secretsmanager/secret:Secret", properties: {} },
  "secret-can-be-recovered": {
    type: "aws:secretsmanager/secret:Secret",
    properties: { recoveryWindowInDays: 0 },
  },
  "security-group-lets-nothing-in": {
    type: "aws:ec2/securityGroup:SecurityGroup",
    properties: { ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22 }] },
  },
  "security-group-names-ports": {
    type: "aws:ec2/securityGroup:SecurityGroup",
    properties: { egress: [{ protocol: "-1", fromPort: 0, toPort: 0 }] },
  },
  "security-group-is-described": {
    type: "aws:ec2/securityGroup:SecurityGroup",
    properties: { description: "Tasks", egress: [{ protocol: "tcp", fromPort: 443, toPort: 443 }] },
  },
  "resource-is-tagged": { type: "aws:sqs/queue:Queue", properties: { tags: { Owner: "somebody" } } },
  "data-is-protected": bucket,
  "database-enforces-ssl": {
    type: "supabase:index/settings:Settings",
    properties: { sslEnforcement: false },
  },
  "tables-have-row-security": {
    type: "supabasex:index:SqlBundle",
    properties: { openTables: ["shop.orders"] },
  },
};
