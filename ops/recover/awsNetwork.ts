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
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { ExistingResourceFinder } from "./plan";

const namedByTag = z.object({ tags: z.looseObject({ Name: z.string(), "thorbis:stack": z.string() }) });
const associationInputs = z.object({ subnetId: z.string(), routeTableId: z.string() });

interface Kind {
  /** The prefix of the ids. */
  readonly begins: string;
  /** Returns whether the id exists. Deleted resources keep their tags for a while. */
  isLive(ec2: EC2Client, id: string): Promise<boolean>;
}

/** Returns the answer; undefined if EC2 reports that the resource does not exist. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (/NotFound$/.test((error as Error).name)) return undefined;
    throw error;
  }
}

const isThere = (list: readonly { readonly State?: string | undefined }[] | undefined): boolean =>
  (list ?? []).some(({ State }) => !/^delet/i.test(String(State)));

const kinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/eip:Eip": {
    begins: "eipalloc-",
    isLive: async (ec2, id) => {
      const command = new DescribeAddressesCommand({ AllocationIds: [id] });
      return ((await unlessMissing(ec2.send(command)))?.Addresses ?? []).length > 0;
    },
  },
  "aws:ec2/flowLog:FlowLog": {
    begins: "fl-",
    isLive: async (ec2, id) => {
      const command = new DescribeFlowLogsCommand({ FlowLogIds: [id] });
      return ((await unlessMissing(ec2.send(command)))?.FlowLogs ?? []).length > 0;
    },
  },
  "aws:ec2/internetGateway:InternetGateway": {
    begins: "igw-",
    isLive: async (ec2, id) => {
      const command = new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] });
      return ((await unlessMissing(ec2.send(command)))?.InternetGateways ?? []).length > 0;
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    begins: "nat-",
    isLive: async (ec2, id) => {
      const command = new DescribeNatGatewaysCommand({ NatGatewayIds: [id] });
      return isThere((await unlessMissing(ec2.send(command)))?.NatGateways);
    },
  },
  "aws:ec2/routeTable:RouteTable": {
    begins: "rtb-",
    isLive: async (ec2, id) => {
      const command = new DescribeRouteTablesCommand({ RouteTableIds: [id] });
      return ((await unlessMissing(ec2.send(command)))?.RouteTables ?? []).length > 0;
    },
  },
  "aws:ec2/subnet:Subnet": {
    begins: "subnet-",
    isLive: async (ec2, id) => {
      const command = new DescribeSubnetsCommand({ SubnetIds: [id] });
      return isThere((await unlessMissing(ec2.send(command)))?.Subnets);
    },
  },
  "aws:ec2/vpc:Vpc": {
    begins: "vpc-",
    isLive: async (ec2, id) => {
      const command = new DescribeVpcsCommand({ VpcIds: [id] });
      return isThere((await unlessMissing(ec2.send(command)))?.Vpcs);
    },
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    begins: "vpce-",
    isLive: async (ec2, id) => {
      const command = new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] });
      return isThere((await unlessMissing(ec2.send(command)))?.VpcEndpoints);
    },
  },
};

/**
 * Finders for resources in a network, where a second creation leaves a duplicate that costs money. These resources have
 * no names. Ours are identified by their tags, which they have from their creation.
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
      const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
      const command = new DescribeRouteTablesCommand({ Filters });
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
