import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { canonicalJson, isJsonObject, type JsonValue } from "../../../foundation/json";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";

/** A rule: a protocol, a port range, and all targets with the same description. */
type Rule = {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  description?: string;
};

type SecurityGroupState = {
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

const rules = { type: "list", unordered: true, computed: true, normal: rulesForm } as const;

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
      }),
      { abortSignal: signal },
    );
    const id = present(GroupId, "the id of the new security group");
    const made = await find(ec2, id, signal);
    // AWS allows all egress of a new group. The plugin removes that rule and adds the program's rules.
    await setRules(
      ec2,
      id,
      rulesOf(made),
      { ingress: state.ingress ?? [], egress: state.egress ?? [] },
      signal,
    );
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
    await setRules(aws.use("ec2"), id, both(before), both(after), signal);
  },

  async delete(aws, id, _state, { signal }) {
    const ec2 = aws.use("ec2");
    await unlessMissing(
      ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }), { abortSignal: signal }),
      ...missing,
    );
  },
});

const missing = ["InvalidGroup.NotFound", "InvalidGroupId.NotFound"] as const;

async function find(ec2: EC2Client, id: string, signal: AbortSignal): Promise<SecurityGroup | undefined> {
  const found = await unlessMissing(
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }), { abortSignal: signal }),
    ...missing,
  );
  return found?.SecurityGroups?.[0];
}

type Directions = Readonly<Record<"ingress" | "egress", readonly Rule[]>>;

async function setRules(
  ec2: EC2Client,
  id: string,
  before: Directions,
  after: Directions,
  signal: AbortSignal,
): Promise<void> {
  const options = { abortSignal: signal };
  for (const direction of ["ingress", "egress"] as const) {
    const had = new Set(before[direction].map(ruleText));
    const wanted = new Set(after[direction].map(ruleText));
    const revoked = before[direction].filter((rule) => !wanted.has(ruleText(rule))).map(toService);
    const added = after[direction].filter((rule) => !had.has(ruleText(rule))).map(toService);
    const away = { GroupId: id, IpPermissions: revoked };
    const onto = { GroupId: id, IpPermissions: added };
    if (direction === "ingress") {
      if (revoked.length > 0) await ec2.send(new RevokeSecurityGroupIngressCommand(away), options);
      if (added.length > 0) await ec2.send(new AuthorizeSecurityGroupIngressCommand(onto), options);
    } else {
      if (revoked.length > 0) await ec2.send(new RevokeSecurityGroupEgressCommand(away), options);
      if (added.length > 0) await ec2.send(new AuthorizeSecurityGroupEgressCommand(onto), options);
    }
  }
}

function rulesOf(group: SecurityGroup | undefined): { ingress: Rule[]; egress: Rule[] } {
  return {
    ingress: fromService(group?.IpPermissions ?? []),
    egress: fromService(group?.IpPermissionsEgress ?? []),
  };
}

function toService(rule: Rule): IpPermission {
  const described = rule.description ? { Description: rule.description } : {};
  return {
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    IpRanges: (rule.cidrBlocks ?? []).map((CidrIp) => ({ CidrIp, ...described })),
    Ipv6Ranges: (rule.ipv6CidrBlocks ?? []).map((CidrIpv6) => ({ CidrIpv6, ...described })),
  };
}

/** The service groups by protocol and ports and has a description per address. The plugin also groups by description. */
function fromService(permissions: readonly IpPermission[]): Rule[] {
  const found = new Map<string, Required<Rule>>();
  for (const permission of permissions) {
    const at = (description = ""): Required<Rule> => {
      const { IpProtocol: protocol = "-1", FromPort: fromPort = 0, ToPort: toPort = 0 } = permission;
      const key = `${protocol} ${fromPort} ${toPort} ${description}`;
      const rule = found.get(key) ?? {
        protocol,
        fromPort,
        toPort,
        description,
        cidrBlocks: [],
        ipv6CidrBlocks: [],
      };
      found.set(key, rule);
      return rule;
    };
    for (const { CidrIp, Description } of permission.IpRanges ?? []) {
      if (CidrIp !== undefined) at(Description).cidrBlocks.push(CidrIp);
    }
    for (const { CidrIpv6, Description } of permission.Ipv6Ranges ?? []) {
      if (CidrIpv6 !== undefined) at(Description).ipv6CidrBlocks.push(CidrIpv6);
    }
  }
  return [...found.values()];
}

function rulesForm(list: JsonValue): JsonValue {
  return Array.isArray(list)
    ? list.map((rule) => (isJsonObject(rule) ? ruleForm(rule as Rule) : rule))
    : list;
}

/** Returns a rule with all optional members and sorted addresses. */
function ruleForm(rule: Rule): Required<Rule> {
  return {
    protocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    description: rule.description ?? "",
    cidrBlocks: [...(rule.cidrBlocks ?? [])].sort(),
    ipv6CidrBlocks: [...(rule.ipv6CidrBlocks ?? [])].sort(),
  };
}

function ruleText(rule: Rule): string {
  return canonicalJson(ruleForm(rule));
}
