import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { canonicalJson, isJsonObject, type JsonValue } from "../../../foundation/json";

/** One rule: a protocol, a range of ports, and all sources or destinations with the same description. */
export type Rule = {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  description?: string;
};

/** The rules of one direction, as an input. */
export const rules = { type: "list", unordered: true, computed: true, normal: rulesForm } as const;

type Directions = Readonly<Record<"ingress" | "egress", readonly Rule[]>>;

/** Changes the rules of a group from `before` to `after`. */
export async function setRules(
  { ec2, id, signal }: { readonly ec2: EC2Client; readonly id: string; readonly signal: AbortSignal },
  before: Directions,
  after: Directions,
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

export function rulesOf(group: SecurityGroup | undefined): { ingress: Rule[]; egress: Rule[] } {
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

/** Groups rules like the plugin: by protocol, ports and description. The service only groups by protocol and ports. */
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
