import type { NetworkAclEntry } from "@aws-sdk/client-ec2";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import type { DeclaredNetwork } from "./network";

/** Returns network ACLs with other rules than those of a new network, which allow everything. */
export async function networkAcls(
  { ec2 }: Pick<AwsClients, "ec2">,
  { vpcId }: DeclaredNetwork,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { DescribeNetworkAclsCommand } = await import("./networkSdk");
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const { NetworkAcls = [] } = await (await ec2()).send(new DescribeNetworkAclsCommand({ Filters }), {
    abortSignal,
  });
  return Object.fromEntries(
    NetworkAcls.flatMap(({ NetworkAclId, IsDefault, Entries: rules = [], Associations = [] }) => {
      const missing = [false, true]
        .filter((isEgress) => !rules.some((rule) => rule.Egress === isEgress && allowsEverything(rule)))
        .map((isEgress) => `without ${directionOf(isEgress)} 100`);
      const others = rules.filter((rule) => !allowsEverything(rule) && !isLast(rule)).map(ruleText);
      const differences = [...missing, ...others.sort()];
      if (IsDefault && differences.length === 0) return [];
      return [
        [`network ACL ${NetworkAclId}`, [`of ${Associations.length} subnets`, ...differences].join(", ")],
      ];
    }),
  );
}

const directionOf = (isEgress: boolean | undefined) => (isEgress ? "egress" : "ingress");

function ruleText(rule: NetworkAclEntry): string {
  const { Egress, RuleNumber, RuleAction, CidrBlock, Ipv6CidrBlock, Protocol, PortRange } = rule;
  const ports = PortRange === undefined ? "" : ` ports ${PortRange.From}-${PortRange.To}`;
  const block = CidrBlock ?? Ipv6CidrBlock;
  return `${directionOf(Egress)} ${RuleNumber} ${RuleAction} ${block} protocol ${Protocol}${ports}`;
}

/** Returns whether this is the rule of a new network for IPv4, in one direction. */
function allowsEverything({ RuleNumber, RuleAction, Protocol, CidrBlock }: NetworkAclEntry): boolean {
  return RuleNumber === 100 && RuleAction === "allow" && Protocol === "-1" && CidrBlock === "0.0.0.0/0";
}

/** Returns whether this is the last rule, which AWS adds to each ACL: it denies the rest, for IPv4 or IPv6. */
const isLast = ({ RuleNumber }: NetworkAclEntry): boolean => RuleNumber === 32_767 || RuleNumber === 32_768;

/**
 * Returns the private zones of a network, whose records replace those of the internet: a zone with the name of the database sends
 * backups, and its password, to another server.
 */
export async function hostedZonesOfNetwork(
  { route53 }: Pick<AwsClients, "route53">,
  { VPCId, VPCRegion }: { readonly VPCId: string; readonly VPCRegion: string },
  abortSignal: AbortSignal,
): Promise<Entries | undefined> {
  const { InvalidInput, ListHostedZonesByVPCCommand } = await import("./networkSdk");
  const client = await route53();
  const found: [string, string][] = [];
  let NextToken: string | undefined;
  do {
    const place = { VPCId, VPCRegion: VPCRegion as "us-east-1" };
    const page = await client
      .send(new ListHostedZonesByVPCCommand({ ...place, NextToken }), { abortSignal })
      .catch((error: unknown) => {
        if (error instanceof InvalidInput) return undefined;
        throw error;
      });
    // The network was deleted, which its own resource reports.
    if (page === undefined) return undefined;
    for (const { HostedZoneId, Name, Owner } of page.HostedZoneSummaries ?? []) {
      const owner =
        Owner?.OwningAccount === undefined ? Owner?.OwningService : `account ${Owner.OwningAccount}`;
      found.push([`network hosted zone ${HostedZoneId}`, `${Name} of ${owner}`]);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Object.fromEntries(found);
}
