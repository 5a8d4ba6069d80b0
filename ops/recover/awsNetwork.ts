import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Filter,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { ExistingResourceFinder } from "./plan";

const namedByTag = z.object({ tags: z.looseObject({ Name: z.string(), "thorbis:stack": z.string() }) });
const associationInputs = z.object({ subnetId: z.string(), routeTableId: z.string() });

interface Kind {
  /** Beginning of the ids. */
  readonly begins: string;
  /** Whether there is one of this id: what is deleted keeps its tags for a while. */
  isLive(ec2: EC2Client, id: string): Promise<boolean>;
}

const byId = (Name: string, id: string): { Filters: Filter[] } => ({ Filters: [{ Name, Values: [id] }] });
const isThere = (list: readonly { readonly State?: string }[] | undefined): boolean =>
  (list ?? []).some(({ State }) => !/^delet/i.test(String(State)));

const kinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/eip:Eip": {
    begins: "eipalloc-",
    isLive: async (ec2, id) => {
      const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand(byId("allocation-id", id)));
      return Addresses.length > 0;
    },
  },
  "aws:ec2/flowLog:FlowLog": {
    begins: "fl-",
    isLive: async (ec2, id) => {
      const { Filters: Filter } = byId("flow-log-id", id);
      const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({ Filter }));
      return FlowLogs.length > 0;
    },
  },
  "aws:ec2/internetGateway:InternetGateway": {
    begins: "igw-",
    isLive: async (ec2, id) => {
      const command = new DescribeInternetGatewaysCommand(byId("internet-gateway-id", id));
      return ((await ec2.send(command)).InternetGateways ?? []).length > 0;
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    begins: "nat-",
    isLive: async (ec2, id) => {
      const { Filters: Filter } = byId("nat-gateway-id", id);
      return isThere((await ec2.send(new DescribeNatGatewaysCommand({ Filter }))).NatGateways);
    },
  },
  "aws:ec2/routeTable:RouteTable": {
    begins: "rtb-",
    isLive: async (ec2, id) => {
      const command = new DescribeRouteTablesCommand(byId("route-table-id", id));
      return ((await ec2.send(command)).RouteTables ?? []).length > 0;
    },
  },
  "aws:ec2/subnet:Subnet": {
    begins: "subnet-",
    isLive: async (ec2, id) =>
      isThere((await ec2.send(new DescribeSubnetsCommand(byId("subnet-id", id)))).Subnets),
  },
  "aws:ec2/vpc:Vpc": {
    begins: "vpc-",
    isLive: async (ec2, id) => isThere((await ec2.send(new DescribeVpcsCommand(byId("vpc-id", id)))).Vpcs),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    begins: "vpce-",
    isLive: async (ec2, id) => {
      const command = new DescribeVpcEndpointsCommand(byId("vpc-endpoint-id", id));
      return isThere((await ec2.send(command)).VpcEndpoints);
    },
  },
};

/**
 * Finders for what is in a network, where a second creation leaves a twin that costs money. Nothing there has a name: ours is recognised by
 * its tags, which it has from its creation on.
 */
export function networkFinders(ec2: EC2Client): Record<string, ExistingResourceFinder> {
  const byTags = Object.entries(kinds).map(([type, { begins, isLive }]): [string, ExistingResourceFinder] => [
    type,
    async ({ inputs }) => {
      const { tags } = namedByTag.parse(inputs);
      const [named, owned] = await Promise.all([
        taggedIds(ec2, "Name", tags.Name),
        taggedIds(ec2, "thorbis:stack", tags["thorbis:stack"]),
      ]);
      for (const id of named.filter((id) => id.startsWith(begins) && owned.includes(id))) {
        if (await isLive(ec2, id)) return id;
      }
      return undefined;
    },
  ]);
  return {
    ...Object.fromEntries(byTags),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": async ({ inputs }) => {
      const { subnetId, routeTableId } = associationInputs.parse(inputs);
      const command = new DescribeRouteTablesCommand(byId("association.subnet-id", subnetId));
      const { RouteTables = [] } = await ec2.send(command);
      const found = RouteTables.some((table) => table.RouteTableId === routeTableId);
      return found ? `${subnetId}/${routeTableId}` : undefined;
    },
  };
}

async function taggedIds(ec2: EC2Client, key: string, value: string): Promise<string[]> {
  const Filters = [
    { Name: "key", Values: [key] },
    { Name: "value", Values: [value] },
  ];
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
  return Tags.flatMap(({ ResourceId }) => ResourceId ?? []);
}
