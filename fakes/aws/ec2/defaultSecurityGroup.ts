import {
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  type Filter,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { tagsToService } from "../tags/tags";
import { noGroup, noVpc } from "./missing";
import { type Rule, rules, rulesOf, setRules } from "./securityGroupRules";
import type { Tagged } from "./tagSpecifications";

type DefaultSecurityGroupState = Tagged & {
  vpcId: string;
  ingress?: Rule[];
  egress?: Rule[];
  arn: string;
  description: string;
  name: string;
  ownerId: string;
  region: string;
};

/** The group that AWS creates with each network. Creation adopts it, and deletion leaves it unchanged. */
export const defaultSecurityGroup = resource<Aws, DefaultSecurityGroupState>({
  inputs: { vpcId: fixedText, ingress: rules, egress: rules },
  outputs: { arn: {}, description: {}, name: {}, ownerId: {}, region: {} },

  async create(aws, { vpcId, ingress = [], egress = [], tags = {} }, { signal }) {
    const filters = [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default"] },
    ];
    const found = await find(aws, { Filters: filters }, signal);
    const id = present(found?.GroupId, "the default security group of the VPC");
    const ec2 = aws.use("ec2");
    // Sets the tags first, like the official plugin, because the deploy role may only change groups with the tag of its stack.
    if (Object.keys(tags).length > 0) {
      const command = new CreateTagsCommand({ Resources: [id], Tags: tagsToService(tags) });
      await ec2.send(command, { abortSignal: signal });
    }
    await setRules({ ec2, id, signal }, rulesOf(found), { ingress, egress });
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const found = await find(aws, { GroupIds: [id] }, signal);
    if (found === undefined) return undefined;
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        vpcId: found.VpcId,
        ...rulesOf(found),
        arn: `arn:aws:ec2:${aws.region}:${owner}:security-group/${id}`,
        description: found.Description ?? "",
        name: found.GroupName ?? "default",
        ownerId: owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const both = ({ ingress = [], egress = [] }: DefaultSecurityGroupState) => ({ ingress, egress });
    await setRules({ ec2: aws.use("ec2"), id, signal }, both(before), both(after));
  },

  // AWS deletes it with its network.
  async delete() {},
});

async function find(
  aws: Aws,
  which: { readonly GroupIds: string[] } | { readonly Filters: Filter[] },
  abortSignal: AbortSignal,
): Promise<SecurityGroup | undefined> {
  const command = new DescribeSecurityGroupsCommand(which);
  const answer = await unlessMissing(aws.use("ec2").send(command, { abortSignal }), ...noGroup, ...noVpc);
  return answer?.SecurityGroups?.[0];
}
