import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AssociateDhcpOptionsCommand,
  AttachVpnGatewayCommand,
  CreateDhcpOptionsCommand,
  CreateFlowLogsCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTransitGatewayCommand,
  CreateTransitGatewayVpcAttachmentCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcPeeringConnectionCommand,
  CreateVpnGatewayCommand,
  DeleteVpcEndpointsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import {
  addedToNetwork,
  connectedToNetwork,
  settingsOfNetwork,
} from "../../../../plugins/supabasex/provider/awsWatch/network";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis network "));
let service: AwsService;
let ec2: EC2Client;

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, endpoint, accessKey, secretKey } = service;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  ec2 = new EC2Client({ region, endpoint, credentials });
});
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

const vpcOf = async (CidrBlock: string) =>
  String((await ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId);
const endpointIn = async (VpcId: string, ServiceName: string) =>
  String(
    (await ec2.send(new CreateVpcEndpointCommand({ VpcId, ServiceName, VpcEndpointType: "Gateway" })))
      .VpcEndpoint?.VpcEndpointId,
  );

test("additions to the network are reported by kind, and the stack's own resources are not", async () => {
  const vpcId = await vpcOf("10.80.0.0/24");
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.80.0.0/26" }));
  const s3 = await endpointIn(vpcId, "com.amazonaws.us-east-1.s3");
  const declared = {
    vpcId,
    subnets: [String(Subnet?.SubnetId)],
    endpoints: [s3],
    securityGroups: ["default"],
  };
  const added = () =>
    addedToNetwork({ ec2: async () => ec2 } as unknown as AwsClients, declared, new AbortController().signal);
  // AWS returns a deleted one for a while.
  const gone = await endpointIn(vpcId, "com.amazonaws.us-east-1.dynamodb");
  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [gone] }));
  // Another network with its own resources, which is not the stack's.
  const other = await vpcOf("10.81.0.0/24");
  await ec2.send(new CreateSubnetCommand({ VpcId: other, CidrBlock: "10.81.0.0/26" }));

  expect(await added()).toEqual({});

  const subnet = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.80.0.64/26" }));
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: "by-hand", Description: "By hand" }),
  );
  const endpoint = await endpointIn(vpcId, "com.amazonaws.us-east-1.dynamodb");
  const peering = await ec2.send(new CreateVpcPeeringConnectionCommand({ VpcId: vpcId, PeerVpcId: other }));

  expect(await added()).toEqual({
    [`network subnet ${subnet.Subnet?.SubnetId}`]: "10.80.0.64/26",
    "network security group by-hand": group.GroupId,
    [`network endpoint ${endpoint}`]: "com.amazonaws.us-east-1.dynamodb",
    [`network peering ${peering.VpcPeeringConnection?.VpcPeeringConnectionId}`]: `${other} of account 123456789012`,
  });
});

test("instances and gateways in the network are reported, and those of another network are not", async () => {
  const [vpcId, other] = [await vpcOf("10.82.0.0/24"), await vpcOf("10.83.0.0/24")];
  const declared = { vpcId, subnets: [], endpoints: [], securityGroups: [] };
  const connected = () =>
    connectedToNetwork(
      { ec2: async () => ec2 } as unknown as AwsClients,
      declared,
      new AbortController().signal,
    );
  const transit = await ec2.send(new CreateTransitGatewayCommand({}));
  const TransitGatewayId = String(transit.TransitGateway?.TransitGatewayId);
  const connect = async (VpcId: string, CidrBlock: string) => {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock }));
    const SubnetIds = [String(Subnet?.SubnetId)];
    const attachment = await ec2.send(
      new CreateTransitGatewayVpcAttachmentCommand({ TransitGatewayId, VpcId, SubnetIds }),
    );
    const started = await ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, SubnetId: SubnetIds[0] },
      }),
    );
    const gateway = await ec2.send(new CreateVpnGatewayCommand({ Type: "ipsec.1" }));
    const VpnGatewayId = String(gateway.VpnGateway?.VpnGatewayId);
    await ec2.send(new AttachVpnGatewayCommand({ VpcId, VpnGatewayId }));
    return {
      instance: started.Instances?.[0]?.InstanceId,
      attachment: attachment.TransitGatewayVpcAttachment?.TransitGatewayAttachmentId,
      gateway: VpnGatewayId,
    };
  };
  await connect(other, "10.83.0.0/26");
  expect(await connected()).toEqual({});

  const made = await connect(vpcId, "10.82.0.0/26");

  const found = await connected();
  expect(found).toEqual({
    [`network instance ${made.instance}`]: "ami-12c6146b",
    [`network attachment ${made.attachment}`]: TransitGatewayId,
    [`network gateway ${made.gateway}`]: "ipsec.1",
  });
  const severities = changesSince({ network: {} }, { network: found }).map(({ severity }) => severity);
  expect(severities).toEqual(["opens", "opens", "opens"]);
});

test("another DNS server and flow logs to another place are reported, and AWS's own and the stack's are not", async () => {
  const vpcId = await vpcOf("10.84.0.0/24");
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.84.0.0/26" }));
  const subnet = String(Subnet?.SubnetId);
  const settings = () =>
    settingsOfNetwork(
      { ec2: async () => ec2 } as unknown as AwsClients,
      { ...{ vpcId, subnets: [subnet], endpoints: [], securityGroups: [] }, logGroups: ["/shop/network"] },
      new AbortController().signal,
    );
  const resolve = async (servers: string[], domain: string) => {
    const DhcpConfigurations = [
      { Key: "domain-name-servers", Values: servers },
      { Key: "domain-name", Values: [domain] },
    ];
    const { DhcpOptions } = await ec2.send(new CreateDhcpOptionsCommand({ DhcpConfigurations }));
    const DhcpOptionsId = String(DhcpOptions?.DhcpOptionsId);
    await ec2.send(new AssociateDhcpOptionsCommand({ VpcId: vpcId, DhcpOptionsId }));
    return DhcpOptionsId;
  };
  const record = async (ResourceType: "VPC" | "Subnet", id: string, to: object) =>
    String(
      (
        await ec2.send(
          new CreateFlowLogsCommand({ ResourceType, ResourceIds: [id], TrafficType: "ALL", ...to }),
        )
      ).FlowLogIds?.[0],
    );
  const logs = "arn:aws:logs:us-east-1:123456789012:log-group:";
  const DeliverLogsPermissionArn = "arn:aws:iam::123456789012:role/flow-logs";
  expect(await settings()).toEqual({});
  await resolve(["AmazonProvidedDNS"], "ec2.internal");
  await record("VPC", vpcId, { LogDestination: `${logs}/shop/network`, DeliverLogsPermissionArn });
  expect(await settings()).toEqual({});

  const options = await resolve(["203.0.113.53"], "eu-west-1.compute.internal");
  const copied = await record("VPC", vpcId, { LogDestination: `${logs}/other`, DeliverLogsPermissionArn });
  const ofSubnet = await record("Subnet", subnet, { LogGroupName: "/third", DeliverLogsPermissionArn });

  const found = await settings();
  expect(found).toEqual({
    [`network DHCP options ${options}`]: "domain-name-servers 203.0.113.53",
    [`network flow log ${copied}`]: `to ${logs}/other`,
    [`network flow log ${ofSubnet}`]: expect.stringContaining("/third"),
  });
  const severities = changesSince({ network: {} }, { network: found }).map(({ severity }) => severity);
  expect(severities).toEqual(["opens", "opens", "opens"]);
});
