import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribePrefixListsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  ModifyVpcEndpointCommand,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, policy } from "../properties";
import { noEndpoint } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type VpcEndpointState = Tagged & {
  vpcId: string;
  serviceName: string;
  vpcEndpointType: string;
  policy?: string;
  routeTableIds?: string[];
  arn: string;
  ownerId: string;
  prefixListId: string;
  region: string;
  state: string;
};

/** A gateway endpoint, through which route tables reach an AWS service without leaving AWS's network. */
export const vpcEndpoint = resource<Aws, VpcEndpointState>({
  inputs: {
    vpcId: fixedText,
    serviceName: fixedText,
    vpcEndpointType: {
      type: "string",
      default: "Gateway",
      replaces: true,
      check: (value) =>
        value === "Gateway" ? undefined : 'must be "Gateway": the local stand-in supports no other endpoints',
    },
    policy: { ...policy, computed: true },
    routeTableIds: { type: "list", unordered: true, computed: true },
  },
  outputs: { arn: {}, ownerId: {}, prefixListId: {}, region: {}, state: {} },

  async create(aws, state, { signal }) {
    const { VpcEndpoint } = await aws.use("ec2").send(
      new CreateVpcEndpointCommand({
        VpcId: state.vpcId,
        ServiceName: state.serviceName,
        VpcEndpointType: "Gateway",
        PolicyDocument: state.policy,
        RouteTableIds: state.routeTableIds,
        ...tagSpecifications("vpc-endpoint", state),
      }),
      { abortSignal: signal },
    );
    return { id: present(VpcEndpoint?.VpcEndpointId, "the id of the new endpoint") };
  },

  async read(aws, id, _known, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const found = await find(ec2, id, signal);
    if (found === undefined) return undefined;
    const Filters = [{ Name: "prefix-list-name", Values: [found.ServiceName ?? ""] }];
    const lists = await ec2.send(new DescribePrefixListsCommand({ Filters }), options);
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        vpcId: found.VpcId,
        serviceName: found.ServiceName,
        vpcEndpointType: found.VpcEndpointType ?? "Gateway",
        policy: found.PolicyDocument ?? "",
        routeTableIds: [...(found.RouteTableIds ?? [])].sort(),
        arn: `arn:aws:ec2:${aws.region}:${owner}:vpc-endpoint/${id}`,
        ownerId: owner,
        prefixListId: lists.PrefixLists?.[0]?.PrefixListId ?? "",
        region: aws.region,
        state: found.State ?? "available",
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const [had, wanted] = [before.routeTableIds ?? [], after.routeTableIds ?? []];
    const added = wanted.filter((table) => !had.includes(table));
    const removed = had.filter((table) => !wanted.includes(table));
    await aws.use("ec2").send(
      new ModifyVpcEndpointCommand({
        VpcEndpointId: id,
        ...(after.policy !== undefined && { PolicyDocument: after.policy }),
        ...(added.length > 0 && { AddRouteTableIds: added }),
        ...(removed.length > 0 && { RemoveRouteTableIds: removed }),
      }),
      { abortSignal: signal },
    );
  },

  async delete(aws, id, _state, { signal }) {
    const ec2 = aws.use("ec2");
    if ((await find(ec2, id, signal)) === undefined) return;
    await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }), { abortSignal: signal });
  },
});

/** Finds an endpoint that is not deleted: EC2 describes a deleted one for a while, with one of these states. */
async function find(ec2: EC2Client, id: string, signal: AbortSignal): Promise<VpcEndpoint | undefined> {
  const command = new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] });
  const answer = await unlessMissing(ec2.send(command, { abortSignal: signal }), ...noEndpoint);
  const found = answer?.VpcEndpoints?.[0];
  return String(found?.State).toLowerCase() === "deleted" ? undefined : found;
}
