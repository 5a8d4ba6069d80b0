import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  DeleteFlowLogsCommand,
  DeleteNatGatewayCommand,
  DetachInternetGatewayCommand,
  DisassociateAddressCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import type { Aws } from "../../../../fakes/aws/client";
import type { PropertyMap, Value } from "../../../../plugins/provider-host/values";
import { type Case, output, policyFor, text } from "./case";

/** Resources in a network are found by these tags. */
const networkTags = { Name: "specimen", "thorbis:stack": "specimen" };

/** Allows SSH from everywhere. */
const openSsh = async (aws: Aws, id: string) =>
  aws.use("ec2").send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: id,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    }),
  );

/** Cases of EC2, each after those on which it depends. */
export const ec2Cases: readonly Case[] = [
  {
    token: "aws:ec2/vpc:Vpc",
    inputs: () => ({ cidrBlock: "10.80.0.0/24", enableDnsHostnames: true, tags: networkTags }),
    changeManually: async (aws, id) =>
      aws.use("ec2").send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: false } })),
    found: { enableDnsHostnames: "update" },
  },
  {
    token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    inputs: (world) => ({ vpcId: output(world, "Vpc", "id"), ingress: [], egress: [] }),
    changeManually: openSsh,
    found: { "ingress[0]": "delete" },
  },
  {
    token: "aws:ec2/subnet:Subnet",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      cidrBlock: "10.80.0.0/26",
      availabilityZone: "us-east-1a",
      tags: networkTags,
    }),
    changeManually: async (aws, id) =>
      aws
        .use("ec2")
        .send(new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value: true } })),
    found: { mapPublicIpOnLaunch: "update" },
  },
  {
    token: "aws:ec2/internetGateway:InternetGateway",
    inputs: (world) => ({ vpcId: output(world, "Vpc", "id"), tags: networkTags }),
    changeManually: async (aws, id, outputs) =>
      aws
        .use("ec2")
        .send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: text(outputs.vpcId) })),
    found: { vpcId: "update" },
  },
  {
    token: "aws:ec2/eip:Eip",
    inputs: () => ({ domain: "vpc", tags: networkTags }),
    changeManually: async (aws, id) => aws.use("ec2").send(new ReleaseAddressCommand({ AllocationId: id })),
    found: "gone",
  },
  {
    token: "aws:ec2/natGateway:NatGateway",
    inputs: (world) => ({
      allocationId: output(world, "Eip", "id"),
      subnetId: output(world, "Subnet", "id"),
      tags: networkTags,
    }),
    changeManually: async (aws, id, outputs) => {
      const ec2 = aws.use("ec2");
      await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
      // As AWS itself does.
      await ec2.send(new DisassociateAddressCommand({ AssociationId: text(outputs.associationId) }));
    },
    found: "gone",
  },
  {
    token: "aws:ec2/routeTable:RouteTable",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      tags: networkTags,
      routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: output(world, "NatGateway", "id") }],
    }),
    changeManually: async (aws, id, outputs) => {
      const [route] = outputs.routes as PropertyMap[];
      await aws.use("ec2").send(
        new CreateRouteCommand({
          RouteTableId: id,
          DestinationCidrBlock: "203.0.113.0/24",
          NatGatewayId: text(route?.natGatewayId),
        }),
      );
    },
    found: { "routes[1]": "delete" },
  },
  {
    token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    inputs: (world) => ({
      routeTableId: output(world, "RouteTable", "id"),
      subnetId: output(world, "Subnet", "id"),
    }),
    changeManually: async (aws, id) =>
      aws.use("ec2").send(new DisassociateRouteTableCommand({ AssociationId: id })),
    found: "gone",
  },
  {
    token: "aws:ec2/vpcEndpoint:VpcEndpoint",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      serviceName: "com.amazonaws.us-east-1.s3",
      vpcEndpointType: "Gateway",
      tags: networkTags,
      policy: policyFor("s3:PutObject", "*"),
      routeTableIds: [output(world, "RouteTable", "id")],
    }),
    changeManually: async (aws, id) =>
      aws
        .use("ec2")
        .send(
          new ModifyVpcEndpointCommand({ VpcEndpointId: id, PolicyDocument: policyFor("s3:GetObject", "*") }),
        ),
    found: { policy: "update" },
  },
  {
    token: "aws:ec2/securityGroup:SecurityGroup",
    inputs: () => ({
      name: "specimen",
      description: "Nothing comes in",
      ingress: [],
      egress: [
        {
          protocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrBlocks: ["0.0.0.0/0"],
          ipv6CidrBlocks: ["::/0"],
          description: "HTTPS",
        },
        { protocol: "udp", fromPort: 53, toPort: 53, cidrBlocks: ["10.0.0.0/8"], description: "Names" },
      ] satisfies Value[] as Value[],
    }),
    changeManually: openSsh,
    found: { "ingress[0]": "delete" },
  },
  {
    token: "aws:ec2/flowLog:FlowLog",
    inputs: (world) => ({
      vpcId: output(world, "Vpc", "id"),
      trafficType: "ALL",
      tags: networkTags,
      iamRoleArn: output(world, "Role", "arn"),
      logDestination: output(world, "LogGroup", "arn"),
    }),
    changeManually: async (aws, id) => aws.use("ec2").send(new DeleteFlowLogsCommand({ FlowLogIds: [id] })),
    found: "gone",
  },
];
