import {
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeTagsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { ExistingResourceFinder } from "./plan";

const namedByTag = z.object({ tags: z.looseObject({ Name: z.string(), "thorbis:stack": z.string() }) });
const associationInputs = z.object({ subnetId: z.string(), routeTableId: z.string() });

/** Type → what EC2 calls it in the tags. */
const kinds = {
  "aws:ec2/eip:Eip": "elastic-ip",
  "aws:ec2/flowLog:FlowLog": "vpc-flow-log",
  "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
  "aws:ec2/natGateway:NatGateway": "natgateway",
  "aws:ec2/routeTable:RouteTable": "route-table",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc-endpoint",
} as const;

/**
 * Finders for what is in a network, where a second creation leaves a twin that costs money. Nothing there has a name: ours is recognised by
 * its tags, which it has from its creation on.
 */
export function networkFinders(ec2: EC2Client): Record<string, ExistingResourceFinder> {
  const byTags = Object.entries(kinds).map(([type, kind]): [string, ExistingResourceFinder] => [
    type,
    async ({ inputs }) => {
      const { tags } = namedByTag.parse(inputs);
      const [named, owned] = await Promise.all([
        taggedIds(ec2, kind, { key: "Name", value: tags.Name }),
        taggedIds(ec2, kind, { key: "thorbis:stack", value: tags["thorbis:stack"] }),
      ]);
      for (const id of named.filter((id) => owned.includes(id))) {
        if (await isLive(ec2, kind, id)) return id;
      }
      return undefined;
    },
  ]);
  return {
    ...Object.fromEntries(byTags),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": async ({ inputs }) => {
      const { subnetId, routeTableId } = associationInputs.parse(inputs);
      const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
      const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
      const found = RouteTables.some((table) => table.RouteTableId === routeTableId);
      return found ? `${subnetId}/${routeTableId}` : undefined;
    },
  };
}

async function taggedIds(
  ec2: EC2Client,
  kind: string,
  { key, value }: { readonly key: string; readonly value: string },
): Promise<string[]> {
  const Filters = [
    { Name: "resource-type", Values: [kind] },
    { Name: "key", Values: [key] },
    { Name: "value", Values: [value] },
  ];
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
  return Tags.flatMap(({ ResourceId }) => ResourceId ?? []);
}

/** A deleted gateway or endpoint keeps its tags for a while. */
async function isLive(ec2: EC2Client, kind: string, id: string): Promise<boolean> {
  const isGone = (state: string | undefined) => /^delet/i.test(String(state));
  if (kind === "natgateway") {
    const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
    return NatGateways.some(({ State }) => !isGone(State));
  }
  if (kind === "vpc-endpoint") {
    const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    return VpcEndpoints.some(({ State }) => !isGone(State));
  }
  return true;
}
