import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";
import { noGroup } from "./missing";
import { type Rule, rules, rulesOf, setRules } from "./securityGroupRules";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type SecurityGroupState = Tagged & {
  name: string;
  description: string;
  vpcId?: string;
  ingress?: Rule[];
  egress?: Rule[];
  revokeRulesOnDelete: boolean;
  arn: string;
  ownerId: string;
  region: string;
};

export const securityGroup = resource<Aws, SecurityGroupState>({
  autoname: { maxLength: 255 },
  inputs: {
    name: fixedText,
    description: { type: "string", default: "Managed by Pulumi", replaces: true },
    vpcId: { type: "string", computed: true, replaces: true },
    ingress: rules,
    egress: rules,
    revokeRulesOnDelete: flag(false),
  },
  outputs: { arn: {}, ownerId: {}, region: {} },

  async create(aws, state, { signal }) {
    const ec2 = aws.use("ec2");
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: state.name,
        Description: state.description,
        VpcId: state.vpcId,
        ...tagSpecifications("security-group", state),
      }),
      { abortSignal: signal },
    );
    const id = present(GroupId, "the id of the new security group");
    const made = await find(ec2, id, signal);
    // AWS allows all egress of a new group. The plugin removes that rule and adds the program's rules.
    const { ingress = [], egress = [] } = state;
    await setRules({ ec2, id, signal }, rulesOf(made), { ingress, egress });
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const found = await find(aws.use("ec2"), id, signal);
    if (found === undefined) return undefined;
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        name: found.GroupName,
        description: found.Description,
        vpcId: found.VpcId,
        ...rulesOf(found),
        arn: `arn:aws:ec2:${aws.region}:${owner}:security-group/${id}`,
        ownerId: owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const both = ({ ingress = [], egress = [] }: SecurityGroupState) => ({ ingress, egress });
    await setRules({ ec2: aws.use("ec2"), id, signal }, both(before), both(after));
  },

  async delete(aws, id, _state, { signal }) {
    const ec2 = aws.use("ec2");
    await unlessMissing(
      ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }), { abortSignal: signal }),
      ...noGroup,
    );
  },
});

async function find(ec2: EC2Client, id: string, signal: AbortSignal): Promise<SecurityGroup | undefined> {
  const found = await unlessMissing(
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }), { abortSignal: signal }),
    ...noGroup,
  );
  return found?.SecurityGroups?.[0];
}
