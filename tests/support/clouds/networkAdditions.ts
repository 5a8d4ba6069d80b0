import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkAclCommand,
  DeleteNetworkAclEntryCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListHostedZonesByNameCommand,
} from "@aws-sdk/client-route-53";
import type { Addition, Places } from "./addition";
import type { Clouds } from "./clouds";

const networkOf = ({ network }: Places) => {
  if (network === undefined) throw new Error("the stack has no network");
  return network;
};
const inNetwork = (places: Places) => ({ Filters: [{ Name: "vpc-id", Values: [networkOf(places).vpcId] }] });
const aclsOf = async ({ ec2 }: Clouds, places: Places) =>
  (await ec2.send(new DescribeNetworkAclsCommand(inNetwork(places)))).NetworkAcls ?? [];
const defaultAclOf = async (clouds: Clouds, places: Places) =>
  (await aclsOf(clouds, places)).find(({ IsDefault }) => IsDefault)?.NetworkAclId;

/** Changes in the stack's own network. Only production has one. */
export const networkAdditions: readonly Addition[] = [
  {
    name: "a network interface, to which an instance of another network can be attached",
    by: "aws ec2 create-network-interface",
    add: async ({ ec2 }, places) =>
      await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: networkOf(places).subnetId })),
    remove: async ({ ec2 }, places) => {
      const found = await ec2.send(new DescribeNetworkInterfacesCommand(inNetwork(places)));
      for (const { NetworkInterfaceId } of found.NetworkInterfaces ?? []) {
        await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
      }
    },
    reports: "opens    network interface eni-",
  },
  {
    name: "a private zone is associated with the network, so backups connect to another server",
    by: "aws route53 create-hosted-zone --vpc, associate-vpc-with-hosted-zone",
    add: async ({ route53 }, places) =>
      await route53.send(
        new CreateHostedZoneCommand({
          ...{ Name: "supabase.co", CallerReference: "manual" },
          VPC: { VPCId: networkOf(places).vpcId, VPCRegion: "us-east-1" },
          HostedZoneConfig: { PrivateZone: true },
        }),
      ),
    remove: async ({ route53 }) => {
      const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({}));
      for (const { Id } of HostedZones) await route53.send(new DeleteHostedZoneCommand({ Id }));
    },
    reports: "opens    network hosted zone ",
  },
  {
    name: "a rule of the network ACL blocks the database, so no backup can run",
    by: "aws ec2 create-network-acl-entry --rule-action deny",
    add: async (clouds, places) =>
      await clouds.ec2.send(
        new CreateNetworkAclEntryCommand({
          NetworkAclId: await defaultAclOf(clouds, places),
          ...{ RuleNumber: 50, RuleAction: "deny", Egress: true, Protocol: "6" },
          ...{ CidrBlock: "0.0.0.0/0", PortRange: { From: 5432, To: 5432 } },
        }),
      ),
    remove: async (clouds, places) =>
      await clouds.ec2.send(
        new DeleteNetworkAclEntryCommand({
          ...{ NetworkAclId: await defaultAclOf(clouds, places), RuleNumber: 50, Egress: true },
        }),
      ),
    reports: "extra    network ACL acl-",
  },
  {
    name: "another network ACL, which blocks everything",
    by: "aws ec2 create-network-acl",
    add: async ({ ec2 }, places) =>
      await ec2.send(new CreateNetworkAclCommand({ VpcId: networkOf(places).vpcId })),
    remove: async (clouds, places) => {
      for (const { NetworkAclId, IsDefault } of await aclsOf(clouds, places)) {
        if (!IsDefault) await clouds.ec2.send(new DeleteNetworkAclCommand({ NetworkAclId }));
      }
    },
    reports: "extra    network ACL acl-",
  },
];
