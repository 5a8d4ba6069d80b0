import {
  CreateRouteCommand,
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { GetBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../../support/awsStack";

const bucketName = "networked-backups";
const areas = (backup: Readonly<Record<string, unknown>>): AwsAreas => ({
  project: {
    name: "networked",
    environment: "development",
    organizationId: "thorbis",
    region: "us-east-1",
    deletionProtection: false,
  },
  backup: { bucketName, image: `registry.example.com/backup@sha256:${"a".repeat(64)}`, ...backup },
  alerts: { emails: ["operations@example.com"] },
});

let account: AwsAccountUnderTest;
let stack: AwsStack;
let ec2: EC2Client;
let s3: S3Client;

beforeAll(async () => {
  account = await createAwsAccount();
  stack = await account.stack("networked", areas({ network: {} }));
  const { endpoint, s3Endpoint, region, accessKey, secretKey } = account.endpoints;
  const place = { region, credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } };
  ec2 = new EC2Client({ ...place, endpoint });
  s3 = new S3Client({ ...place, endpoint: s3Endpoint, forcePathStyle: true });
});
afterAll(async () => {
  await account?.remove();
});

const ownVpc = async () => {
  const Filters = [{ Name: "tag:Name", Values: ["networked-backup"] }];
  return (await ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs?.[0];
};
const guards = async () => {
  const { Policy = "{}" } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucketName }));
  const statements = JSON.parse(Policy).Statement as { Sid: string; Condition?: unknown }[];
  return statements.find(({ Sid }) => Sid === "DenyTasksOutsideNetwork")?.Condition;
};

test("a stack creates its network, and its bucket refuses tasks from elsewhere", async () => {
  await stack.succeeds("up", "--yes", "--skip-preview");

  expect((await ownVpc())?.CidrBlock).toBe("10.80.0.0/24");
  expect(await guards()).toEqual({
    StringNotEquals: { "aws:SourceVpce": expect.stringMatching(/^vpce-/) },
    ArnLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/networked-backup-*task" },
  });
  await stack.succeeds("preview", "--refresh", "--expect-no-changes");
});

test.each([
  [
    { cidrBlock: "10.90.0.0/24" },
    /backup\.network\.cidrBlock is 10\.90\.0\.0\/24, but .* has 10\.80\.0\.0\/24/,
  ],
  [
    { availabilityZones: ["us-east-1c", "us-east-1d"] },
    /backup\.network\.availabilityZones is us-east-1c, us-east-1d, but .* is in us-east-1a, us-east-1b/,
  ],
])("%j is refused before anything is changed", async (network, issue) => {
  stack.configure(areas({ network }));

  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");

  expect(exitCode).not.toBe(0);
  expect(output.replace(/\s+/g, " ")).toMatch(issue);
  expect((await ownVpc())?.CidrBlock).toBe("10.80.0.0/24");
  stack.configure(areas({ network: {} }));
});

test("manually added routes and subnets are reported", async () => {
  const VpcId = (await ownVpc())?.VpcId;
  const Filters = [{ Name: "tag:Name", Values: ["networked-backup-private"] }];
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const table = RouteTables.find(({ Routes = [] }) => Routes.some(({ NatGatewayId }) => NatGatewayId));
  const nat = table?.Routes?.find(({ NatGatewayId }) => NatGatewayId)?.NatGatewayId;
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: table?.RouteTableId,
      DestinationCidrBlock: "203.0.113.0/24",
      NatGatewayId: nat,
    }),
  );
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.80.0.64/26" }));

  const report = await stack.succeeds("preview", "--refresh", "--diff");

  expect(report).toContain("203.0.113.0/24");
  expect(report).toContain(`network subnet ${Subnet?.SubnetId}`);
  await ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }));
});

test("a stack that moves to the default network deletes its own network completely", async () => {
  stack.configure(areas({ assignPublicIp: true }));

  await stack.succeeds("up", "--yes", "--skip-preview", "--refresh");

  expect(await ownVpc()).toBeUndefined();
  expect(await guards()).toBeUndefined();
  await stack.succeeds("preview", "--refresh", "--expect-no-changes");
});
