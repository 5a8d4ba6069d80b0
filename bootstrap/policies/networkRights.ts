import { arnIn, type PolicyPlace } from "./place";
import { type Conditions, type ServiceRights, tagConditions } from "./serviceRights";

/** Everything in a network that EC2 makes with the tag of its stack. */
const taggedKinds = [
  "vpc",
  "subnet",
  "internet-gateway",
  "elastic-ip",
  "natgateway",
  "route-table",
  "vpc-endpoint",
  "vpc-flow-log",
  "security-group",
] as const;

/** The calls that make them. */
const creations = [
  "AllocateAddress",
  "CreateFlowLogs",
  "CreateInternetGateway",
  "CreateNatGateway",
  "CreateRouteTable",
  "CreateSecurityGroup",
  "CreateSubnet",
  "CreateVpc",
  "CreateVpcEndpoint",
] as const;

/**
 * Returns the rights on networks: a policy of its own, since those of a role have 10,240 characters in all. Nothing in a network has a
 * name of ours: what a deployment makes has the environment's tag from the first call on, and it changes nothing without that.
 */
export function networkRights(place: PolicyPlace): readonly ServiceRights[] {
  const { owned, claimed, untagged } = tagConditions(place);
  const arns = (...kinds: readonly (typeof taggedKinds)[number][]) =>
    kinds.map((kind) => arnIn(place, "ec2", `${kind}/*`));
  return [
    {
      name: "Networks",
      resources: "*",
      reads: [
        "ec2:DescribeAddresses*",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetwork*",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroup*",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeTransitGatewayVpcAttachments",
        "ec2:DescribeVpc*",
        "ec2:DescribeVpnGateways",
      ],
    },
    {
      name: "New",
      resources: arns(...taggedKinds),
      writes: creations.map((action) => `ec2:${action}`),
      condition: claimed,
    },
    {
      // A creation asks for its right on what it builds on, too.
      name: "BuildOn",
      resources: arns("vpc", "subnet", "elastic-ip", "route-table"),
      writes: [
        "ec2:CreateFlowLogs",
        "ec2:CreateNatGateway",
        "ec2:CreateRouteTable",
        "ec2:CreateSubnet",
        "ec2:CreateVpcEndpoint",
      ],
      condition: owned,
    },
    // A network that is given has no tag of the stack.
    { name: "GroupsVpc", resources: arns("vpc"), writes: ["ec2:CreateSecurityGroup"] },
    {
      name: "NewTags",
      resources: arns(...taggedKinds),
      writes: ["ec2:CreateTags"],
      condition: { StringEquals: { "ec2:CreateAction": creations } },
    },
    ...(place.ownNetwork
      ? [
          {
            // The default group of a new network: AWS makes it without a tag.
            name: "DefaultGroupTags",
            resources: arns("security-group"),
            writes: ["ec2:CreateTags"],
            condition: both(claimed, untagged),
          },
        ]
      : []),
    {
      name: "Network",
      resources: arns(...taggedKinds),
      writes: [
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateRoute",
        "ec2:CreateTags",
        "ec2:Delete*",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateAddress",
        "ec2:DisassociateRouteTable",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress",
        "ec2:ReplaceRoute*",
        "ec2:RevokeSecurityGroup*",
        "ec2:UpdateSecurityGroupRuleDescriptions*",
      ],
      condition: owned,
    },
  ];
}

const both = (one: Conditions, other: Conditions): Conditions => ({ ...one, ...other });
