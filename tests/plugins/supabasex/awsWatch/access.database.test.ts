import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateSubnetCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, RegisterTaskDefinitionCommand, RunTaskCommand } from "@aws-sdk/client-ecs";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateScheduleGroupCommand } from "@aws-sdk/client-scheduler";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../../plugins/provider-host/values";
import { awsWatch } from "../../../../plugins/supabasex/provider/awsWatch/resource";
import { type Clouds, connectClouds, lineFor, type Places } from "../../../support/clouds";
import { accessAdditions } from "../../../support/clouds/accessAdditions";
import {
  accountAdditions,
  blockPublicAccess,
  imageRepository,
} from "../../../support/clouds/accountAdditions";
import { networkAdditions } from "../../../support/clouds/networkAdditions";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis access "));
const variables = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const saved = variables.map((name) => [name, process.env[name]] as const);
let service: AwsService;
let clouds: Clouds;
let places: Places;
let inputs: PropertyMap;
let deployed: PropertyMap;
let logged: string[] = [];

const context = {
  signal: new AbortController().signal,
  log: (_: string, text: string) => logged.push(text),
} as unknown as CallContext;
const refreshed = async () => {
  logged = [];
  const request = { id: "shop-backups", inputs, outputs: deployed };
  return (await awsWatch.read?.(request as never, context))?.outputs ?? {};
};

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, endpoint, accessKey, secretKey } = service;
  process.env.AWS_ENDPOINT_URL = endpoint;
  process.env.AWS_ACCESS_KEY_ID = accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = secretKey;
  const supabase = { endpoint: "http://127.0.0.1:1" };
  clouds = connectClouds({
    aws: { region, endpoint, s3Endpoint: endpoint, accessKey, secretKey },
    supabase,
  } as never);
  await clouds.s3.send(new CreateBucketCommand({ Bucket: "shop-backups" }));
  await clouds.logs.send(new CreateLogGroupCommand({ logGroupName: "/shop/backup" }));
  await clouds.schedules.send(new CreateScheduleGroupCommand({ Name: "shop-backup" }));
  const { TopicArn = "" } = await clouds.sns.send(new CreateTopicCommand({ Name: "shop-backup-alarms" }));
  const { cluster } = await clouds.ecs.send(new CreateClusterCommand({ clusterName: "shop-backup" }));
  const { QueueUrl = "" } = await clouds.sqs.send(
    new CreateQueueCommand({ QueueName: "shop-backup-dead-letters" }),
  );
  const role = { RoleName: "shop-backup-task", AssumeRolePolicyDocument: "{}" };
  await clouds.iam.send(new CreateRoleCommand(role));
  places = {
    ...{ bucket: "shop-backups", topicArn: TopicArn, clusterArn: String(cluster?.clusterArn) },
    ...{ logGroup: "/shop/backup", scheduleGroup: "shop-backup", rule: "shop-backup-failed" },
    ...{ queueUrl: QueueUrl, queueName: "shop-backup-dead-letters", functionName: "shop-monitoring" },
    ...{ alarmName: "shop-backup-missing", taskDefinitionArn: "", roleName: "shop-backup-task" },
    roleArn: "arn:aws:iam::123456789012:role/of-somebody-else",
  };
  const { Vpc } = await clouds.ec2.send(new CreateVpcCommand({ CidrBlock: "10.80.0.0/24" }));
  const vpcId = String(Vpc?.VpcId);
  const { Subnet } = await clouds.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.80.0.0/26" }),
  );
  const subnetId = String(Subnet?.SubnetId);
  places = { ...places, network: { vpcId, subnetId } };
  await clouds.ecr.send(new CreateRepositoryCommand({ repositoryName: imageRepository }));
  await blockPublicAccess(clouds, places);
  inputs = {
    region,
    declared: {
      ...{ bucket: places.bucket, scheduleGroup: places.scheduleGroup, cluster: places.clusterArn },
      ...{ secret: "shop", topic: TopicArn, logGroups: [places.logGroup], deadLetterQueue: QueueUrl },
      rolePrefixes: ["shop-backup-"],
      image: `123456789012.dkr.ecr.${region}.amazonaws.com/${imageRepository}@sha256:${"a".repeat(64)}`,
      network: { vpcId, subnets: [subnetId], endpoints: [], securityGroups: ["default"] },
    },
  };
  deployed = (await awsWatch.create({ inputs, preview: false } as never, context)).outputs;
});
afterAll(async () => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await service?.stop();
  rmSync(directory, { recursive: true });
});

test("nothing is reported without a change", async () => {
  expect((await refreshed()).live).toEqual({});
  expect(logged).toEqual([]);
});

test.each(
  [...accessAdditions, ...accountAdditions, ...networkAdditions].map(
    (addition) => [addition.name, addition] as const,
  ),
)("%s: it is reported until it is undone", async (_, addition) => {
  await addition.add(clouds, places);

  const { live } = await refreshed();

  expect(Object.keys(live as PropertyMap)).toHaveLength(1);
  expect(logged.join("\n")).toContain(lineFor(addition, places));
  await addition.remove(clouds, places);
  expect((await refreshed()).live).toEqual({});
});

test("what others have in the account, and a manual backup with the stack's own task, are not reported", async () => {
  const { roleArn, topicArn, clusterArn, roleName, taskDefinitionArn: _, ...others } = places;
  const [account, region] = [topicArn.split(":")[4], service.region];
  const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${account}:${name}`;
  const foreign: Places = {
    ...{ ...others, roleArn, topicArn: arn("sns", "of-somebody-else") },
    ...{ bucket: "of-somebody-else", logGroup: "/of-somebody-else", queueName: "of-somebody-else" },
    ...{ clusterArn: arn("ecs", "cluster/of-somebody-else"), roleName: "of-somebody-else" },
    taskDefinitionArn: "",
  };
  await clouds.s3.send(new CreateBucketCommand({ Bucket: foreign.bucket }));
  await clouds.sqs.send(new CreateQueueCommand({ QueueName: foreign.queueName }));
  await clouds.ecs.send(new CreateClusterCommand({ clusterName: "of-somebody-else" }));
  await clouds.iam.send(
    new CreateRoleCommand({ RoleName: "of-somebody-else", AssumeRolePolicyDocument: "{}" }),
  );
  // The permissions on the event bus belong to the whole account.
  const ofAccount = /event bus/;
  for (const addition of accessAdditions) {
    if (!ofAccount.test(addition.name)) await addition.add(clouds, foreign);
  }
  const { Vpc } = await clouds.ec2.send(new CreateVpcCommand({ CidrBlock: "10.81.0.0/24" }));
  const vpcId = String(Vpc?.VpcId);
  const { Subnet } = await clouds.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.81.0.0/26" }),
  );
  const subnetId = String(Subnet?.SubnetId);
  for (const addition of networkAdditions) {
    await addition.add(clouds, { ...foreign, network: { vpcId, subnetId } });
  }
  const containerDefinitions = [{ name: "backup", image: "backup", memory: 128 }];
  await clouds.ecs.send(new RegisterTaskDefinitionCommand({ family: "shop-backup", containerDefinitions }));
  await clouds.ecs.send(
    new RunTaskCommand({
      ...{ cluster: clusterArn, taskDefinition: "shop-backup", launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnetId] } },
    }),
  );

  expect((await refreshed()).live).toEqual({});
  expect(logged).toEqual([]);
});
