import {
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Filter,
} from "@aws-sdk/client-ec2";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { UserError } from "../../foundation/userError";
import { lookUp } from "../engine/table";
import type { Aws } from "./client";

type NameAndValues = { name: string; values: string[] };

export const getCallerIdentity = lookUp<Aws, Record<string, never>>({
  args: {},
  async call(aws, _args, { signal }) {
    const sts = aws.use("sts");
    const {
      Account = "",
      Arn = "",
      UserId = "",
    } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
    return { accountId: Account, arn: Arn, userId: UserId, id: Account };
  },
});

export const getRegion = lookUp<Aws, Record<string, never>>({
  args: {},
  async call({ region }) {
    return { region, name: region, id: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
});

export const getKey = lookUp<Aws, { keyId: string; region?: string }>({
  args: { keyId: { type: "string", required: true }, region: { type: "string" } },
  async call(aws, { keyId, region }, { signal }) {
    const answer = await aws
      .inRegion(region)
      .use("kms")
      .send(new DescribeKeyCommand({ KeyId: keyId }), { abortSignal: signal });
    const { KeyId = "", Arn = "", KeyState = "", Enabled = false } = answer.KeyMetadata ?? {};
    return { id: KeyId, keyId, arn: Arn, keyState: KeyState, enabled: Enabled };
  },
});

export const getVpc = lookUp<Aws, { id?: string; default?: boolean; filters?: NameAndValues[] }>({
  args: { id: { type: "string" }, default: { type: "boolean" }, filters: { type: "list" } },
  async call(aws, { id, default: isDefault, filters = [] }, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const Filters = toService(filters);
    if (isDefault === true) Filters.push({ Name: "isDefault", Values: ["true"] });
    const { Vpcs = [] } = await ec2.send(
      new DescribeVpcsCommand({ ...(id && { VpcIds: [id] }), Filters }),
      options,
    );
    const [vpc, ...others] = Vpcs;
    if (vpc === undefined) throw new UserError("no matching EC2 VPC found");
    if (others.length > 0) {
      throw new UserError(
        "multiple EC2 VPCs matched; use additional constraints to reduce matches to a single EC2 VPC",
      );
    }
    const { VpcId = "", CidrBlock = "", OwnerId = "" } = vpc;
    const tags = Object.fromEntries((vpc.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
    const owner = OwnerId || (await aws.accountId());
    return {
      id: VpcId,
      arn: `arn:aws:ec2:${aws.region}:${owner}:vpc/${VpcId}`,
      cidrBlock: CidrBlock,
      default: vpc.IsDefault ?? false,
      dhcpOptionsId: vpc.DhcpOptionsId ?? "",
      instanceTenancy: vpc.InstanceTenancy ?? "default",
      ownerId: owner,
      region: aws.region,
      state: vpc.State ?? "available",
      tags,
    };
  },
});

export const getSubnets = lookUp<Aws, { filters?: NameAndValues[] }>({
  args: { filters: { type: "list" } },
  async call(aws, { filters = [] }, { signal }) {
    const ec2 = aws.use("ec2");
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: toService(filters) }), {
      abortSignal: signal,
    });
    const ids = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []).sort();
    return { id: aws.region, ids, region: aws.region, tags: {} };
  },
});

export const getSubnet = lookUp<Aws, { id: string }>({
  args: { id: { type: "string", required: true } },
  async call(aws, { id }, { signal }) {
    const { Subnets = [] } = await aws
      .use("ec2")
      .send(new DescribeSubnetsCommand({ SubnetIds: [id] }), { abortSignal: signal });
    const [subnet] = Subnets;
    if (subnet === undefined) throw new UserError("no matching EC2 Subnet found");
    return {
      id,
      vpcId: subnet.VpcId ?? "",
      cidrBlock: subnet.CidrBlock ?? "",
      availabilityZone: subnet.AvailabilityZone ?? "",
      region: aws.region,
    };
  },
});

export const getAvailabilityZones = lookUp<Aws, { filters?: NameAndValues[] }>({
  args: { filters: { type: "list" } },
  async call(aws, { filters = [] }, { signal }) {
    const command = new DescribeAvailabilityZonesCommand({ Filters: toService(filters) });
    const { AvailabilityZones = [] } = await aws.use("ec2").send(command, { abortSignal: signal });
    const zones = AvailabilityZones.toSorted((one, other) =>
      String(one.ZoneName).localeCompare(String(other.ZoneName)),
    );
    return {
      id: aws.region,
      names: zones.map(({ ZoneName = "" }) => ZoneName),
      zoneIds: zones.map(({ ZoneId = "" }) => ZoneId),
      groupNames: [...new Set(zones.map(({ GroupName = "" }) => GroupName))],
      region: aws.region,
    };
  },
});

function toService(filters: readonly NameAndValues[]): Filter[] {
  return filters.map(({ name, values }) => ({ Name: name, Values: values }));
}
