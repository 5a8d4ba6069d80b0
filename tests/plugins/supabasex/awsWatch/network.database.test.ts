import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AttachVpnGatewayCommand,
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
import { addedToNetwork, connectedToNetwork } from "../../../../plugins/supabasex/provider/awsWatch/network";
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
