import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeClustersCommand, ECSClient } from "@aws-sdk/client-ecs";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, paginateListAliases, paginateListKeys } from "@aws-sdk/client-kms";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { GetScheduleCommand, GetScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { networkFinders } from "./awsNetwork";
import type { ExistingResourceFinder, PendingCreate } from "./plan";
import { unlessMissing } from "./unlessMissing";

/** The account, region and credentials. Default: those that the AWS SDK finds in the environment. */
export interface AwsAccess {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoint?: string;
  readonly s3Endpoint?: string;
}

const named = z.object({ name: z.string() });
const bucketInputs = z.object({ bucket: z.string() });
const keyInputs = z.object({ description: z.string() });
const groupInputs = z.object({ name: z.string(), vpcId: z.string() });
const scheduleInputs = z.object({ name: z.string(), groupName: z.string() });

/**
 * Returns finders for resources of the aws provider that exist but are not in the state, for types whose second creation fails or
 * creates a duplicate.
 * For other types (queues, topics, rules, alarms, parts of a bucket), a second creation returns the existing resource.
 */
export function awsFinders({
  replicaRegion,
  ...access
}: AwsAccess & {
  /** Region of the copies of the backups. Default: there are none. */
  readonly replicaRegion?: string | undefined;
} = {}): Record<string, ExistingResourceFinder> {
  const finders = findersIn(access);
  if (replicaRegion === undefined) return finders;
  const ofCopies = findersIn({ ...access, region: replicaRegion });
  return Object.fromEntries(
    Object.entries(finders).map(([type, find]) => [
      type,
      async (pending) => await (isCopy(pending) ? ofCopies[type] : find)?.(pending),
    ]),
  );
}

/** Returns whether a resource is in the region of the copies: the bucket and the key are; their role is global. */
const isCopy = ({ urn }: PendingCreate): boolean => /:BackupReplica\$aws:(s3|kms)\//.test(urn);

function findersIn(access: AwsAccess): Record<string, ExistingResourceFinder> {
  const { s3Endpoint, ...configuration } = access;
  const logs = new CloudWatchLogsClient(configuration);
  const ec2 = new EC2Client(configuration);
  const ecs = new ECSClient(configuration);
  const iam = new IAMClient(configuration);
  const kms = new KMSClient(configuration);
  const lambda = new LambdaClient(configuration);
  const s3 = new S3Client({
    ...configuration,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint, forcePathStyle: true }),
  });
  const scheduler = new SchedulerClient(configuration);
  const secrets = new SecretsManagerClient(configuration);
  return {
    "aws:cloudwatch/logGroup:LogGroup": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      return logGroups.find((group) => group.logGroupName === name)?.logGroupName;
    },
    "aws:ec2/securityGroup:SecurityGroup": async ({ inputs }) => {
      const { name, vpcId } = groupInputs.parse(inputs);
      const filters = [
        { Name: "group-name", Values: [name] },
        { Name: "vpc-id", Values: [vpcId] },
      ];
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters }));
      return SecurityGroups[0]?.GroupId;
    },
    ...networkFinders(ec2),
    "aws:ecs/cluster:Cluster": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [name] }));
      // AWS lists a deleted cluster for a while.
      return clusters.find(({ status }) => status === "ACTIVE")?.clusterName;
    },
    "aws:iam/role:Role": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      return (await unlessMissing(iam.send(new GetRoleCommand({ RoleName: name }))))?.Role?.RoleName;
    },
    "aws:kms/alias:Alias": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      for await (const page of paginateListAliases({ client: kms }, {})) {
        const found = page.Aliases?.find(({ AliasName }) => AliasName === name);
        if (found !== undefined) return found.AliasName;
      }
      return undefined;
    },
    "aws:kms/key:Key": async ({ inputs }) => {
      // A key has no name. Ours is identified by its description, which contains the bucket's name.
      const { description } = keyInputs.parse(inputs);
      for await (const page of paginateListKeys({ client: kms }, {})) {
        for (const { KeyId } of page.Keys ?? []) {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          if (KeyMetadata?.Description === description && KeyMetadata.Enabled === true) return KeyId;
        }
      }
      return undefined;
    },
    "aws:lambda/function:Function": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      const command = new GetFunctionConfigurationCommand({ FunctionName: name });
      return (await unlessMissing(lambda.send(command)))?.FunctionName;
    },
    "aws:s3/bucket:Bucket": async ({ inputs }) => {
      const { bucket } = bucketInputs.parse(inputs);
      const found = await unlessMissing(s3.send(new HeadBucketCommand({ Bucket: bucket })));
      return found === undefined ? undefined : bucket;
    },
    "aws:scheduler/schedule:Schedule": async ({ inputs }) => {
      const { name, groupName } = scheduleInputs.parse(inputs);
      const command = new GetScheduleCommand({ Name: name, GroupName: groupName });
      return (await unlessMissing(scheduler.send(command))) === undefined
        ? undefined
        : `${groupName}/${name}`;
    },
    "aws:scheduler/scheduleGroup:ScheduleGroup": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      return (await unlessMissing(scheduler.send(new GetScheduleGroupCommand({ Name: name }))))?.Name;
    },
    "aws:secretsmanager/secret:Secret": async ({ inputs }) => {
      const { name } = named.parse(inputs);
      return (await unlessMissing(secrets.send(new DescribeSecretCommand({ SecretId: name }))))?.ARN;
    },
  };
}
