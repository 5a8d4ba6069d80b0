import { getSubnet } from "@pulumi/aws/ec2/getSubnet";
import { getSubnets } from "@pulumi/aws/ec2/getSubnets";
import { getVpc } from "@pulumi/aws/ec2/getVpc";
import { stackTag } from "../../components/awsTags";
import { quartersOf } from "../../config/aws/vpcBlocks";

/** What an existing network cannot change. */
export interface ConfiguredNetwork {
  readonly cidrBlock: string;
  readonly availabilityZones?: readonly string[] | undefined;
}

/** A subnet of the stack's own network, as EC2 describes it. */
export interface ExistingSubnet {
  /** Block of the VPC that contains it. */
  readonly vpcBlock: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
}

/**
 * Returns the zones of the two private subnets, which the network keeps if `availabilityZones` is omitted; undefined unless both
 * subnets exist.
 */
export function zonesOfNetwork(
  cidrBlock: string,
  subnets: readonly ExistingSubnet[],
): readonly string[] | undefined {
  const [, , ...privateBlocks] = quartersOf(cidrBlock);
  const zones = privateBlocks.flatMap((block) => zoneOf(block, subnets) ?? []);
  return zones.length === privateBlocks.length ? zones : undefined;
}

/**
 * Returns why the existing network cannot become the configured one: one sentence, or none if nothing changes. Pulumi creates a
 * replacement before it deletes, and EC2 refuses that: a block is one subnet of a VPC, an address belongs to one NAT gateway. Deletion
 * first fails too, because the probe's interfaces are in the subnets.
 */
export function networkIssues(
  stackName: string,
  { cidrBlock, availabilityZones }: ConfiguredNetwork,
  subnets: readonly ExistingSubnet[],
): string[] {
  const key = "thorbis-supabase:backup.network";
  const replaced =
    'or remove backup.network, deploy, and set it again (docs/operations.md, "Change the network of the backups").';
  const other = subnets.find(({ vpcBlock }) => vpcBlock !== cidrBlock)?.vpcBlock;
  if (other !== undefined)
    return [
      `backup.network.cidrBlock is ${cidrBlock}, but the stack's network has ${other}, which cannot change: set it back with \`pulumi config set --stack ${stackName} --path '${key}.cidrBlock' ${other}\`, ${replaced}`,
    ];

  const [first, second] = availabilityZones ?? [];
  if (first === undefined || second === undefined) return [];
  const [publicBlock, , ...privateBlocks] = quartersOf(cidrBlock);
  const planned = [publicBlock, ...privateBlocks].map((block, index) => ({
    zone: index === 2 ? second : first,
    existing: zoneOf(block, subnets),
  }));
  if (planned.every(({ zone, existing }) => existing === undefined || existing === zone)) return [];
  const zones = [...new Set(planned.flatMap(({ existing }) => existing ?? []))];
  return [
    `backup.network.availabilityZones is ${first}, ${second}, but the stack's network is in ${zones.join(", ")}, which cannot change: set it back with \`pulumi config rm --stack ${stackName} --path '${key}.availabilityZones'\`, ${replaced}`,
  ];
}

/**
 * Looks up the subnets of the stack's network by their tag `Name`. Needs the permissions `ec2:DescribeSubnets` and
 * `ec2:DescribeVpc*`.
 */
export async function subnetsOfNetwork(stack: string, names: readonly string[]): Promise<ExistingSubnet[]> {
  const { ids } = await getSubnets({
    filters: [
      { name: `tag:${stackTag}`, values: [stack] },
      { name: "tag:Name", values: [...names] },
    ],
  });
  const subnets = await Promise.all(ids.map((id) => getSubnet({ id })));
  const vpcIds = [...new Set(subnets.map(({ vpcId }) => vpcId))];
  const blocks = new Map(
    await Promise.all(vpcIds.map(async (id) => [id, (await getVpc({ id })).cidrBlock] as const)),
  );
  return subnets.map(({ vpcId, cidrBlock, availabilityZone }) => ({
    vpcBlock: blocks.get(vpcId) ?? "",
    cidrBlock,
    availabilityZone,
  }));
}

const zoneOf = (block: string, subnets: readonly ExistingSubnet[]): string | undefined =>
  subnets.find(({ cidrBlock }) => cidrBlock === block)?.availabilityZone;
