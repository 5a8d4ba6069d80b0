import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  type EC2Client,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";
import { noVpc } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type VpcState = Tagged & {
  cidrBlock: string;
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  instanceTenancy: string;
  arn: string;
  ownerId: string;
  region: string;
  defaultSecurityGroupId: string;
};

/** A network of IPv4 addresses. */
export const vpc = resource<Aws, VpcState>({
  inputs: {
    cidrBlock: fixedText,
    enableDnsSupport: flag(true),
    enableDnsHostnames: flag(false),
    instanceTenancy: { type: "string", default: "default", replaces: true },
  },
  outputs: { arn: {}, ownerId: {}, region: {}, defaultSecurityGroupId: {} },

  async create(aws, state, { signal }) {
    const ec2 = aws.use("ec2");
    const command = new CreateVpcCommand({
      CidrBlock: state.cidrBlock,
      InstanceTenancy: "default",
      ...tagSpecifications("vpc", state),
    });
    const { Vpc } = await ec2.send(command, { abortSignal: signal });
    const id = present(Vpc?.VpcId, "the id of the new VPC");
    await setDns({ ec2, id, signal }, { enableDnsSupport: true, enableDnsHostnames: false }, state);
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const answer = await unlessMissing(
      ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }), options),
      ...noVpc,
    );
    const found = answer?.Vpcs?.[0];
    if (found === undefined) return undefined;
    const attribute = (Attribute: "enableDnsSupport" | "enableDnsHostnames") =>
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute }), options);
    const Filters = [
      { Name: "vpc-id", Values: [id] },
      { Name: "group-name", Values: ["default"] },
    ];
    const [support, hostnames, groups] = await Promise.all([
      attribute("enableDnsSupport"),
      attribute("enableDnsHostnames"),
      ec2.send(new DescribeSecurityGroupsCommand({ Filters }), options),
    ]);
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        cidrBlock: found.CidrBlock,
        enableDnsSupport: support.EnableDnsSupport?.Value ?? false,
        enableDnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
        instanceTenancy: found.InstanceTenancy ?? "default",
        arn: `arn:aws:ec2:${aws.region}:${owner}:vpc/${id}`,
        ownerId: owner,
        region: aws.region,
        defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId ?? "",
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    await setDns({ ec2: aws.use("ec2"), id, signal }, before, after);
  },

  async delete(aws, id, _state, { signal }) {
    const command = new DeleteVpcCommand({ VpcId: id });
    await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noVpc);
  },
});

type Dns = Pick<VpcState, "enableDnsSupport" | "enableDnsHostnames">;

/** Sets both DNS attributes, one after the other: the service accepts only one of the two in a call. */
async function setDns(
  { ec2, id, signal }: { readonly ec2: EC2Client; readonly id: string; readonly signal: AbortSignal },
  before: Dns,
  after: Dns,
): Promise<void> {
  const options = { abortSignal: signal };
  if (before.enableDnsSupport !== after.enableDnsSupport) {
    const EnableDnsSupport = { Value: after.enableDnsSupport };
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsSupport }), options);
  }
  if (before.enableDnsHostnames !== after.enableDnsHostnames) {
    const EnableDnsHostnames = { Value: after.enableDnsHostnames };
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames }), options);
  }
}
