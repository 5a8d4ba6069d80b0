import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/** The stack's resources in its own network. */
export interface DeclaredNetwork {
  readonly vpcId: string;
  readonly subnets: readonly string[];
  readonly endpoints: readonly string[];
  /** By name, because one of them is created after the watch. */
  readonly securityGroups: readonly string[];
}

/**
 * Returns the resources in a network that are not the stack's: subnets, security groups, endpoints, and peerings. Routes and
 * rules are excluded: they are inputs of the stack's own resources, and a refresh reports them.
 */
export async function addedToNetwork(
  { ec2 }: AwsClients,
  { vpcId, subnets, endpoints, securityGroups }: DeclaredNetwork,
  signal: AbortSignal,
): Promise<Entries> {
  const sdk = await import("./networkSdk");
  const client = await ec2();
  const options = { abortSignal: signal };
  const inNetwork = { Filters: [{ Name: "vpc-id", Values: [vpcId] }] };
  const peeringsOf = async (side: "requester" | "accepter") => {
    const Filters = [{ Name: `${side}-vpc-info.vpc-id`, Values: [vpcId] }];
    const answer = await client.send(new sdk.DescribeVpcPeeringConnectionsCommand({ Filters }), options);
    return answer.VpcPeeringConnections ?? [];
  };
  const [subnetList, groupList, endpointList, ...peerings] = await Promise.all([
    client.send(new sdk.DescribeSubnetsCommand(inNetwork), options),
    client.send(new sdk.DescribeSecurityGroupsCommand(inNetwork), options),
    client.send(new sdk.DescribeVpcEndpointsCommand(inNetwork), options),
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
    // AWS returns a deleted one for a while.
    if (endpoints.includes(VpcEndpointId) || isGone(State)) continue;
    found.push([`network endpoint ${VpcEndpointId}`, String(ServiceName)]);
  }
  for (const { VpcPeeringConnectionId, AccepterVpcInfo, RequesterVpcInfo, Status } of peerings.flat()) {
    // AWS returns a rejected or deleted one for a while.
    if (!["active", "pending-acceptance", "provisioning"].includes(String(Status?.Code))) continue;
    const other = AccepterVpcInfo?.VpcId === vpcId ? RequesterVpcInfo : AccepterVpcInfo;
    found.push([`network peering ${VpcPeeringConnectionId}`, `${other?.VpcId} of account ${other?.OwnerId}`]);
  }
  return Object.fromEntries(found);
}

/** Returns other access to a network, of which the stack has none: instances, and connections through gateways. */
export async function connectedToNetwork(
  { ec2 }: AwsClients,
  { vpcId }: DeclaredNetwork,
  signal: AbortSignal,
): Promise<Entries> {
  const sdk = await import("./networkSdk");
  const client = await ec2();
  const options = { abortSignal: signal };
  const where = (Name: string) => ({ Filters: [{ Name, Values: [vpcId] }] });
  const [instances, transits, gateways] = await Promise.all([
    client.send(new sdk.DescribeInstancesCommand(where("vpc-id")), options),
    client.send(new sdk.DescribeTransitGatewayVpcAttachmentsCommand(where("vpc-id")), options),
    client.send(new sdk.DescribeVpnGatewaysCommand(where("attachment.vpc-id")), options),
  ]);
  const found: [string, string][] = [];
  for (const { InstanceId, State, ImageId } of (instances.Reservations ?? []).flatMap(
    ({ Instances = [] }) => Instances,
  )) {
    if (State?.Name !== "terminated") found.push([`network instance ${InstanceId}`, String(ImageId)]);
  }
  for (const {
    TransitGatewayAttachmentId,
    TransitGatewayId,
    VpcId,
    State,
  } of transits.TransitGatewayVpcAttachments ?? []) {
    if (VpcId === vpcId && !isGone(State)) {
      found.push([`network attachment ${TransitGatewayAttachmentId}`, String(TransitGatewayId)]);
    }
  }
  for (const { VpnGatewayId, Type, VpcAttachments = [] } of gateways.VpnGateways ?? []) {
    const isAttached = VpcAttachments.some(({ VpcId, State }) => VpcId === vpcId && State !== "detached");
    if (isAttached) found.push([`network gateway ${VpnGatewayId}`, String(Type)]);
  }
  return Object.fromEntries(found);
}

/**
 * Returns settings of a network that send its names or the records of its connections elsewhere: DHCP options other than AWS's
 * own, and flow logs to other places than the stack's log groups.
 */
export async function settingsOfNetwork(
  { ec2 }: AwsClients,
  { vpcId, subnets, logGroups }: DeclaredNetwork & { readonly logGroups: readonly string[] },
  signal: AbortSignal,
): Promise<Entries> {
  const sdk = await import("./networkSdk");
  const client = await ec2();
  const options = { abortSignal: signal };
  const Filter = [{ Name: "resource-id", Values: [vpcId, ...subnets] }];
  const [networks, recorders] = await Promise.all([
    client.send(new sdk.DescribeVpcsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }), options),
    client.send(new sdk.DescribeFlowLogsCommand({ Filter }), options),
  ]);
  const found: [string, string][] = [];
  const ids = (networks.Vpcs ?? []).flatMap(({ DhcpOptionsId = [] }) => DhcpOptionsId);
  // AWS's word for a network without any, which has no DNS server. The options of a new network have an id.
  if (ids.includes("default")) found.push(["network DHCP options default", "none, so no DNS server"]);
  const Values = ids.filter((id) => id !== "default");
  const Filters = [{ Name: "dhcp-options-id", Values }];
  const { DhcpOptions = [] } =
    Values.length === 0 ? {} : await client.send(new sdk.DescribeDhcpOptionsCommand({ Filters }), options);
  for (const { DhcpOptionsId, DhcpConfigurations = [] } of DhcpOptions) {
    const settings = DhcpConfigurations.map(
      ({ Key, Values = [] }) => `${Key} ${Values.map(({ Value }) => Value).join(", ")}`,
    );
    const foreign = settings.filter((setting) => !dhcpOfAws.test(setting));
    if (foreign.length > 0) found.push([`network DHCP options ${DhcpOptionsId}`, foreign.sort().join("; ")]);
  }
  for (const { FlowLogId, LogDestination, LogGroupName } of recorders.FlowLogs ?? []) {
    const group = LogGroupName ?? LogDestination?.split(":log-group:").at(1)?.replace(/:\*$/, "");
    if (group !== undefined && logGroups.includes(group)) continue;
    found.push([`network flow log ${FlowLogId}`, `to ${LogDestination ?? LogGroupName}`]);
  }
  return Object.fromEntries(found);
}

/** The settings in the DHCP options that each region has by default. */
const dhcpOfAws = /^(domain-name-servers AmazonProvidedDNS|domain-name (ec2|[a-z0-9-]+\.compute)\.internal)$/;

function isGone(state: string | undefined): boolean {
  return /^(delet|reject|fail)/i.test(String(state));
}
