import type { JsonObject, JsonValue } from "../../foundation/json";
import { type Counterpart, defined, documentOf, objectsOf, sameNames, tagsOf } from "./counterpart";

/** Returns a security group rule for each CIDR block, because a rule in CloudFormation has only one. */
function groupRules(rules: JsonValue | undefined): JsonObject[] {
  return objectsOf(rules).flatMap(
    ({ cidrBlocks, ipv6CidrBlocks, protocol, fromPort, toPort, description }) => {
      const common = defined({
        IpProtocol: protocol,
        FromPort: fromPort,
        ToPort: toPort,
        Description: description,
      });
      return [
        ...blocks(cidrBlocks).map((CidrIp) => ({ CidrIp, ...common })),
        ...blocks(ipv6CidrBlocks).map((CidrIpv6) => ({ CidrIpv6, ...common })),
      ];
    },
  );
}

const blocks = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);

/** EC2. */
export const network: Readonly<Record<string, Counterpart>> = {
  "aws:ec2/vpc:Vpc": { type: "AWS::EC2::VPC", properties: (inputs) => sameNames(inputs) },
  "aws:ec2/subnet:Subnet": { type: "AWS::EC2::Subnet", properties: (inputs) => sameNames(inputs) },
  "aws:ec2/eip:Eip": {
    type: "AWS::EC2::EIP",
    ref: "publicIp",
    attributes: { id: "AllocationId" },
    properties: (inputs) => sameNames(inputs),
  },
  "aws:ec2/internetGateway:InternetGateway": {
    type: "AWS::EC2::InternetGateway",
    properties: (inputs) => tagsOf(inputs),
    further: ({ vpcId }, self) => [
      {
        suffix: "Attachment",
        type: "AWS::EC2::VPCGatewayAttachment",
        properties: { VpcId: vpcId, InternetGatewayId: self },
      },
    ],
  },
  "aws:ec2/natGateway:NatGateway": {
    type: "AWS::EC2::NatGateway",
    properties: (inputs) => sameNames(inputs),
  },
  "aws:ec2/routeTable:RouteTable": {
    type: "AWS::EC2::RouteTable",
    properties: (inputs) => sameNames(inputs, "routes"),
    further: ({ routes }, self) =>
      objectsOf(routes).map(({ cidrBlock, gatewayId, natGatewayId }, index) => ({
        suffix: `Route${index + 1}`,
        type: "AWS::EC2::Route",
        properties: {
          RouteTableId: self,
          DestinationCidrBlock: cidrBlock,
          GatewayId: gatewayId,
          NatGatewayId: natGatewayId,
        },
      })),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    type: "AWS::EC2::SubnetRouteTableAssociation",
    properties: (inputs) => sameNames(inputs),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    type: "AWS::EC2::SecurityGroup",
    properties: ({ name, description, ingress, egress, ...inputs }) => ({
      ...sameNames(inputs),
      GroupName: name,
      GroupDescription: description,
      SecurityGroupIngress: groupRules(ingress),
      SecurityGroupEgress: groupRules(egress),
    }),
  },
  "aws:ec2/flowLog:FlowLog": {
    type: "AWS::EC2::FlowLog",
    properties: ({ vpcId, iamRoleArn, ...inputs }) => ({
      ...sameNames(inputs),
      ResourceId: vpcId,
      ResourceType: "VPC",
      DeliverLogsPermissionArn: iamRoleArn,
    }),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    type: "AWS::EC2::VPCEndpoint",
    properties: ({ policy, ...inputs }) => ({ ...sameNames(inputs), PolicyDocument: documentOf(policy) }),
  },
};
