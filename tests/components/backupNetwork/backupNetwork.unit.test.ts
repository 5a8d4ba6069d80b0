import { expect, test } from "vitest";
import { BackupNetwork, type BackupNetworkArgs } from "../../../components/backupNetwork/backupNetwork";
import { FlowLogs } from "../../../components/backupNetwork/flowLogs";
import { endpointPolicy } from "../../../components/backupNetwork/policies";
import {
  backupPorts,
  maintenancePorts,
  taskSecurityGroup,
} from "../../../components/scheduledBackup/securityGroup";
import { account, registered, registeredInAws, tags } from "../awsWorld";
import { decide } from "../iam/simulate";

const place = { account, tags, physicalName: "thorbis-prod" };
const register = (args: Partial<BackupNetworkArgs> = {}) =>
  registeredInAws(() => {
    const network = new BackupNetwork("network", {
      ...place,
      cidrBlock: "10.80.0.0/24",
      bucketName: "thorbis-backups",
      ...args,
    });
    new FlowLogs("network-log", { ...place, vpcId: network.vpcId, retentionDays: 365 });
    for (const [name, ports] of Object.entries({ backup: backupPorts, upkeep: maintenancePorts })) {
      taskSecurityGroup(name, { name, description: name, tags, network, ports }, {});
    }
  });

test("two private subnets in two zones share nothing with the subnet of the NAT gateway", async () => {
  const resources = await register();
  const inputsOf = (name: string) => registered(resources, `network-${name}`).inputs;

  expect(
    ["public", "private-1", "private-2"].map((name) => {
      const { cidrBlock, availabilityZone, mapPublicIpOnLaunch } = inputsOf(`${name}-subnet`);
      return [cidrBlock, availabilityZone, mapPublicIpOnLaunch];
    }),
  ).toEqual([
    ["10.80.0.0/26", "us-east-1a", false],
    ["10.80.0.128/26", "us-east-1a", false],
    ["10.80.0.192/26", "us-east-1b", false],
  ]);
  expect(inputsOf("public-routes").routes).toEqual([
    { cidrBlock: "0.0.0.0/0", gatewayId: "network-internet-gateway-id" },
  ]);
  expect(inputsOf("private-routes").routes).toEqual([
    { cidrBlock: "0.0.0.0/0", natGatewayId: "network-nat-gateway-id" },
  ]);
  expect(inputsOf("private-2-subnet-routes")).toEqual({
    subnetId: "network-private-2-subnet-id",
    routeTableId: "network-private-routes-id",
  });
  expect(inputsOf("nat-gateway")).toMatchObject({
    allocationId: "network-address-id",
    subnetId: "network-public-subnet-id",
  });
});

test("zones are those of the configuration if it names them", async () => {
  const resources = await register({ availabilityZones: ["us-east-1c", "us-east-1f"] });

  const zones = ["public", "private-1", "private-2"].map(
    (name) => registered(resources, `network-${name}-subnet`).inputs.availabilityZone,
  );
  expect(zones).toEqual(["us-east-1c", "us-east-1c", "us-east-1f"]);
});

test("the private subnets reach S3 through a gateway endpoint", async () => {
  const { inputs } = registered(await register(), "network-s3");

  expect(inputs).toMatchObject({
    vpcEndpointType: "Gateway",
    serviceName: "com.amazonaws.us-east-1.s3",
    routeTableIds: ["network-private-routes-id"],
    policy: JSON.stringify(endpointPolicy(account as { region: string }, "thorbis-backups")),
  });
});

test("the default security group is closed, and every connection recorded", async () => {
  const resources = await register();

  expect(registered(resources, "network-default-security-group").inputs).toMatchObject({
    ingress: [],
    egress: [],
  });
  expect(registered(resources, "network-log-record").inputs).toMatchObject({
    vpcId: "network-vpc-id",
    trafficType: "ALL",
    logDestination: "arn:network-log-log",
    iamRoleArn: "arn:network-log-role-role",
  });
  expect(registered(resources, "network-log-log").inputs).toMatchObject({
    name: "/thorbis-prod/network",
    retentionInDays: 365,
  });
});

test("tasks may only connect over IPv4 and to their ports; the resolver of the VPC needs no rule", async () => {
  const resources = await register();
  const egressOf = (name: string) =>
    (registered(resources, name).inputs.egress as Record<string, unknown>[]).map(
      ({ fromPort, cidrBlocks, ipv6CidrBlocks }) => [fromPort, cidrBlocks, ipv6CidrBlocks],
    );

  expect(egressOf("backup")).toEqual([
    [443, ["0.0.0.0/0"], undefined],
    [5432, ["0.0.0.0/0"], undefined],
  ]);
  expect(egressOf("upkeep")).toEqual([[443, ["0.0.0.0/0"], undefined]]);
});

test.each([
  ["s3:PutObject", "arn:aws:s3:::thorbis-backups/runs/1/manifest.json", "Allowed"],
  ["s3:GetObject", "arn:aws:s3:::layers-of-a-registry/layer", "Allowed"],
  ["s3:PutObject", "arn:aws:s3:::bucket-of-a-thief/runs/1/manifest.json", "ImplicitlyDenied"],
])("the endpoint's policy: %s on %s is %s", async (action, resource, expected) => {
  const { Statement, Version } = endpointPolicy({ region: "us-east-1" }, "thorbis-backups");
  const identity = { Version, Statement: Statement.map(({ Principal: _, ...statement }) => statement) };

  expect(await decide({ action, resource, identity })).toBe(expected);
});
