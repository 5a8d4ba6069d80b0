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
import * as z from "zod";
import type { ExistingResourceFinder } from "./plan";
import { unlessMissing } from "./unlessMissing";

const namedByTag = z.object({ tags: z.looseObject({ Name: z.string(), "thorbis:stack": z.string() }) });
const associationInputs = z.object({ subnetId: z.string(), routeTableId: z.string() });

interface Kind {
  /** The prefix of the ids. */
  readonly begins: string;
  /** Describes the resources with these ids. */
  describe(ec2: EC2Client, ids: string[]): Promise<readonly object[] | undefined>;
}

/** Missing resources, as EC2 reports them. */
const missing = /NotFound$/;

const kinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/eip:Eip": {
    begins: "eipalloc-",
    describe: async (ec2, AllocationIds) =>
      (await ec2.send(new DescribeAddressesCommand({ AllocationIds }))).Addresses,
  },
  "aws:ec2/flowLog:FlowLog": {
    begins: "fl-",
    describe: async (ec2, FlowLogIds) =>
      (await ec2.send(new DescribeFlowLogsCommand({ FlowLogIds }))).FlowLogs,
  },
  "aws:ec2/internetGateway:InternetGateway": {
    begins: "igw-",
    describe: async (ec2, InternetGatewayIds) =>
      (await ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds }))).InternetGateways,
  },
  "aws:ec2/natGateway:NatGateway": {
    begins: "nat-",
    describe: async (ec2, NatGatewayIds) =>
      (await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds }))).NatGateways,
  },
  "aws:ec2/routeTable:RouteTable": {
    begins: "rtb-",
    describe: async (ec2, RouteTableIds) =>
      (await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds }))).RouteTables,
  },
  "aws:ec2/subnet:Subnet": {
    begins: "subnet-",
    describe: async (ec2, SubnetIds) => (await ec2.send(new DescribeSubnetsCommand({ SubnetIds }))).Subnets,
  },
  "aws:ec2/vpc:Vpc": {
    begins: "vpc-",
    describe: async (ec2, VpcIds) => (await ec2.send(new DescribeVpcsCommand({ VpcIds }))).Vpcs,
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    begins: "vpce-",
    describe: async (ec2, VpcEndpointIds) =>
      (await ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds }))).VpcEndpoints,
  },
};

/** Returns whether a described resource exists. EC2 describes some deleted resources for a while, with their tags. */
function isThere(described: readonly object[] | undefined): boolean {
  return (described ?? []).some((one) => !("State" in one && /^delet/i.test(String(one.State))));
}

/**
 * Returns finders for resources in a network, where a second creation leaves a duplicate that costs money. These resources have
 * no names. Ours are identified by their tags, which they have from their creation.
 */
export function networkFinders(ec2: EC2Client): Record<string, ExistingResourceFinder> {
  const byTags = Object.entries(kinds).map(
    ([type, { begins, describe }]): [string, ExistingResourceFinder] => [
      type,
      async ({ inputs }) => {
        const { tags } = namedByTag.parse(inputs);
        const [named, owned] = await Promise.all([
          taggedIds(ec2, "Name", tags.Name),
          taggedIds(ec2, "thorbis:stack", tags["thorbis:stack"]),
        ]);
        for (const id of named.filter((id) => id.startsWith(begins) && owned.includes(id))) {
          if (isThere(await unlessMissing(describe(ec2, [id]), missing))) return id;
        }
        return undefined;
      },
    ],
  );
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
