import type { EC2Client, NetworkInterface } from "@aws-sdk/client-ec2";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import type { DeclaredNetwork } from "./network";
import { allItems } from "./pages";

/** Whose interfaces belong to the stack. */
export interface InterfaceOwners extends Pick<DeclaredNetwork, "vpcId" | "securityGroups"> {
  readonly account: string | undefined;
  readonly functions: readonly string[];
}

/**
 * Returns the network interfaces in a network that are not those of the stack's tasks, probe and NAT gateway. With one of them, an
 * instance in another network, a load balancer or a foreign task reaches the stack's network. Services replace their interfaces, so those
 * with the same use are one entry with their number. One that is not attached has an entry with its id, which ends when it is attached.
 */
export async function interfacesInNetwork(
  { ec2 }: Pick<AwsClients, "ec2">,
  owners: InterfaceOwners,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateDescribeNetworkInterfaces } = await import("./networkSdk");
  const Filters = [{ Name: "vpc-id", Values: [owners.vpcId] }];
  const client = await ec2();
  const pages = paginateDescribeNetworkInterfaces({ client, pageSize: 1000 }, { Filters });
  const all = await allItems(pages, signal, ({ NetworkInterfaces }) => NetworkInterfaces);
  const foreign = all.filter((one) => !isOwn(one, owners));
  const endpoints = foreign.some(isOfEndpoint) ? await endpointsIn(client, owners.vpcId, signal) : [];
  const found: Record<string, string> = {};
  const numbers = new Map<string, number>();
  for (const one of foreign) {
    if (isOfEndpoint(one) && endpoints.some((id) => one.Description?.includes(id))) continue;
    if (one.Status === "available" && !isMadeByService(one, owners.account)) {
      found[`network interface ${one.NetworkInterfaceId}`] = `not attached, ${useOf(one)}`;
      continue;
    }
    const identity = `network interfaces ${useOf(one)}`;
    numbers.set(identity, (numbers.get(identity) ?? 0) + 1);
  }
  for (const [identity, number] of numbers) found[identity] = String(number);
  return found;
}

/** Returns the type of an interface, its account, its description without ids, and its groups. */
function useOf({
  Association,
  Description = "",
  Groups = [],
  InterfaceType,
  OwnerId,
}: NetworkInterface): string {
  const groups = Groups.map(({ GroupName }) => GroupName).sort();
  return [
    `${InterfaceType} of account ${OwnerId}`,
    ...(Description === "" ? [] : [Description.replace(id, "*")]),
    ...(Association?.PublicIp ? ["with a public address"] : []),
    `security groups ${groups.join(", ") || "none"}`,
  ].join(", ");
}

/** Ids in the description of an interface, such as `eni-0123456789abcdef0` and a UUID, but not an account. */
const id = /\b(?:[a-z]+-)?(?!\d{12}\b)[0-9a-f]{8}[0-9a-f-]*\b/g;

const isOfEndpoint = ({ RequesterManaged, Description = "" }: NetworkInterface): boolean =>
  RequesterManaged === true && /^VPC Endpoint Interface vpce-/.test(Description);

/** Returns the ids of the endpoints in a network, which another source reports. */
async function endpointsIn(client: EC2Client, vpcId: string, abortSignal: AbortSignal): Promise<string[]> {
  const { DescribeVpcEndpointsCommand } = await import("./networkSdk");
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const { VpcEndpoints = [] } = await client.send(new DescribeVpcEndpointsCommand({ Filters }), {
    abortSignal,
  });
  return VpcEndpoints.flatMap(({ VpcEndpointId }) => VpcEndpointId ?? []);
}

/**
 * Returns whether a service created an interface, which an account cannot do itself: the service manages it, or attached it to an instance
 * of its own.
 */
function isMadeByService(
  { Attachment, OwnerId, RequesterManaged }: NetworkInterface,
  account: string | undefined,
): boolean {
  if (RequesterManaged === true) return true;
  const { AttachmentId = "", InstanceOwnerId } = Attachment ?? {};
  return (
    AttachmentId.startsWith("ela-attach-") ||
    (InstanceOwnerId !== undefined && InstanceOwnerId !== (account ?? OwnerId))
  );
}

/** Returns whether an interface belongs to the stack. Those of tasks and functions have only groups of the stack. */
function isOwn(one: NetworkInterface, { account, securityGroups, functions }: InterfaceOwners): boolean {
  const { Description = "", Groups = [], InterfaceType } = one;
  // Nothing reaches the network through a NAT gateway, and the routes to one are compared.
  if (/^nat_?gateway$/i.test(String(InterfaceType))) return true;
  if (!isMadeByService(one, account)) return false;
  const hasOwnGroups = Groups.every(
    ({ GroupName = "" }) => GroupName !== "default" && securityGroups.includes(GroupName),
  );
  if (!hasOwnGroups) return false;
  if (InterfaceType === "lambda") {
    return functions.some((name) => Description.startsWith(`AWS Lambda VPC ENI-${name}-`));
  }
  return /^arn:[^:]+:ecs:[^:]*:\d*:attachment\//.test(Description);
}
