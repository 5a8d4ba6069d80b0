import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import { addedToNetwork } from "../../../../plugins/supabasex/provider/awsWatch/network";

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

test("what somebody adds to the network is found by kind, and what the stack has is not", async () => {
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
    addedToNetwork({ ec2 } as unknown as AwsClients, declared, new AbortController().signal);
  // One that went again is described for a while.
  const gone = await endpointIn(vpcId, "com.amazonaws.us-east-1.dynamodb");
  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [gone] }));
  // Another network, with everything of its own, is none of the stack's.
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
