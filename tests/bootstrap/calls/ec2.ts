/** Prefix of an id → the kind of resource in an ARN. */
const kinds: Readonly<Record<string, string>> = {
  eipalloc: "elastic-ip",
  eipassoc: "elastic-ip",
  fl: "vpc-flow-log",
  igw: "internet-gateway",
  nat: "natgateway",
  rtb: "route-table",
  rtbassoc: "route-table",
  sg: "security-group",
  subnet: "subnet",
  vpc: "vpc",
  vpce: "vpc-endpoint",
};

/** Operation → the kind that it creates. */
export const creations: Readonly<Record<string, string>> = {
  AllocateAddress: "elastic-ip",
  CreateFlowLogs: "vpc-flow-log",
  CreateInternetGateway: "internet-gateway",
  CreateNatGateway: "natgateway",
  CreateRouteTable: "route-table",
  CreateSecurityGroup: "security-group",
  CreateSubnet: "subnet",
  CreateVpc: "vpc",
  CreateVpcEndpoint: "vpc-endpoint",
};

const pattern = /\b(eipalloc|eipassoc|fl|igw|nat|rtb|rtbassoc|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}\b/g;

/** Returns the ids in a text, each once. */
export const ec2Ids = (text: string): string[] => [...new Set([...text.matchAll(pattern)].map(([id]) => id))];

export const kindOf = (id: string): string => kinds[id.split("-")[0] ?? ""] ?? "";

/** Returns the ids in a request for which IAM requires a permission. A route is a part of its table, and its target needs no permission. */
export function judgedIds(operation: string, form: URLSearchParams): string[] {
  const ids = ec2Ids([...form.values()].join(" "));
  return operation === "CreateRoute" ? ids.filter((id) => kindOf(id) === "route-table") : ids;
}
