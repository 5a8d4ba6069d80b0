import {
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { canonicalJson } from "../../../foundation/json";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { noRouteTable } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type Route = { cidrBlock: string; gatewayId?: string; natGatewayId?: string };

type RouteTableState = Tagged & {
  vpcId: string;
  routes?: Route[];
  arn: string;
  ownerId: string;
  region: string;
};

/** A route table with all its routes, except local ones and those that an endpoint adds. */
export const routeTable = resource<Aws, RouteTableState>({
  inputs: { vpcId: fixedText, routes: { type: "list", unordered: true, computed: true } },
  outputs: { arn: {}, ownerId: {}, region: {} },

  async create(aws, state, { signal }) {
    const ec2 = aws.use("ec2");
    const { vpcId, routes = [] } = state;
    const command = new CreateRouteTableCommand({ VpcId: vpcId, ...tagSpecifications("route-table", state) });
    const { RouteTable } = await ec2.send(command, { abortSignal: signal });
    const id = present(RouteTable?.RouteTableId, "the id of the new route table");
    await setRoutes({ ec2, id, signal }, [], routes);
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeRouteTablesCommand({ RouteTableIds: [id] });
    const answer = await unlessMissing(
      aws.use("ec2").send(command, { abortSignal: signal }),
      ...noRouteTable,
    );
    const found = answer?.RouteTables?.[0];
    if (found === undefined) return undefined;
    const owner = found.OwnerId ?? (await aws.accountId());
    const routes = (found.Routes ?? []).flatMap(
      ({ DestinationCidrBlock: cidrBlock, GatewayId: gatewayId, NatGatewayId: natGatewayId }) => {
        if (cidrBlock === undefined || gatewayId === "local" || gatewayId?.startsWith("vpce-")) return [];
        return [{ cidrBlock, ...(gatewayId && { gatewayId }), ...(natGatewayId && { natGatewayId }) }];
      },
    );
    return {
      id,
      state: {
        vpcId: found.VpcId,
        routes,
        arn: `arn:aws:ec2:${aws.region}:${owner}:route-table/${id}`,
        ownerId: owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    await setRoutes({ ec2: aws.use("ec2"), id, signal }, before.routes ?? [], after.routes ?? []);
  },

  async delete(aws, id, _state, { signal }) {
    const command = new DeleteRouteTableCommand({ RouteTableId: id });
    await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noRouteTable);
  },
});

async function setRoutes(
  place: { readonly ec2: EC2Client; readonly id: string; readonly signal: AbortSignal },
  before: readonly Route[],
  after: readonly Route[],
): Promise<void> {
  const { ec2, id: RouteTableId, signal: abortSignal } = place;
  const among = (routes: readonly Route[], route: Route) =>
    routes.some((other) => canonicalJson(other) === canonicalJson(route));
  for (const { cidrBlock } of before.filter((route) => !among(after, route))) {
    const command = new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: cidrBlock });
    await unlessMissing(ec2.send(command, { abortSignal }), "InvalidRoute.NotFound");
  }
  for (const { cidrBlock, gatewayId, natGatewayId } of after.filter((route) => !among(before, route))) {
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId,
        DestinationCidrBlock: cidrBlock,
        GatewayId: gatewayId,
        NatGatewayId: natGatewayId,
      }),
      { abortSignal },
    );
  }
}
