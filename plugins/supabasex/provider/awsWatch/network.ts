import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/** What the stack has in its own network. */
export interface DeclaredNetwork {
  readonly vpcId: string;
  readonly subnets: readonly string[];
  readonly endpoints: readonly string[];
  /** By name: one of them is made after the watch. */
  readonly securityGroups: readonly string[];
}

/**
 * Returns what is in a network and not the stack's: subnets, security groups, endpoints, and connections to other networks. Routes and
 * rules are not among them: those are inputs of the stack's own resources, and a refresh finds them.
 */
export async function addedToNetwork(
  { ec2 }: AwsClients,
  { vpcId, subnets, endpoints, securityGroups }: DeclaredNetwork,
  signal: AbortSignal,
): Promise<Entries> {
  const {
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    DescribeVpcEndpointsCommand,
    DescribeVpcPeeringConnectionsCommand,
  } = await import("@aws-sdk/client-ec2");
  const options = { abortSignal: signal };
  const inNetwork = { Filters: [{ Name: "vpc-id", Values: [vpcId] }] };
  const peeringsOf = async (side: "requester" | "accepter") => {
    const Filters = [{ Name: `${side}-vpc-info.vpc-id`, Values: [vpcId] }];
    const answer = await ec2.send(new DescribeVpcPeeringConnectionsCommand({ Filters }), options);
    return answer.VpcPeeringConnections ?? [];
  };
  const [subnetList, groupList, endpointList, ...peerings] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand(inNetwork), options),
    ec2.send(new DescribeSecurityGroupsCommand(inNetwork), options),
    ec2.send(new DescribeVpcEndpointsCommand(inNetwork), options),
    peeringsOf("requester"),
    peeringsOf("accepter"),
  ]);
  const found: [string, string][] = [];
  for (const { SubnetId = "", CidrBlock } of subnetList.Subnets ?? []) {
    if (!subnets.includes(SubnetId)) found.push([`network subnet ${SubnetId}`, String(CidrBlock)]);
  }
  for (const { GroupName = "", GroupId } of groupList.SecurityGroups ?? []) {
    if (!securityGroups.includes(GroupName))
      found.push([`network security group ${GroupName}`, String(GroupId)]);
  }
  for (const { VpcEndpointId = "", ServiceName, State } of endpointList.VpcEndpoints ?? []) {
    // A deleted one is described for a while.
    if (endpoints.includes(VpcEndpointId) || /^delet/i.test(String(State))) continue;
    found.push([`network endpoint ${VpcEndpointId}`, String(ServiceName)]);
  }
  for (const { VpcPeeringConnectionId, AccepterVpcInfo, RequesterVpcInfo, Status } of peerings.flat()) {
    // One that was refused or is gone is described for a while.
    if (!["active", "pending-acceptance", "provisioning"].includes(String(Status?.Code))) continue;
    const other = AccepterVpcInfo?.VpcId === vpcId ? RequesterVpcInfo : AccepterVpcInfo;
    found.push([`network peering ${VpcPeeringConnectionId}`, `${other?.VpcId} of account ${other?.OwnerId}`]);
  }
  return Object.fromEntries(found);
}
