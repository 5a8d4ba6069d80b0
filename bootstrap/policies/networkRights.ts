import { arnIn, type PolicyPlace } from "./place";
import { type Conditions, type ServiceRights, tagConditions } from "./rights";

/** All parts of a network that EC2 creates with the stack's tag. */
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

/** The calls that create them. */
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
 * Returns the permissions on networks. They are a separate policy, because a role's own policies have 10,240 characters in
 * total. We do not choose the names of network resources, so a deployment creates them with the environment's tag, and changes
 * only those with this tag.
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
        "ec2:DescribeDhcpOptions",
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
        "route53:ListHostedZonesByVPC",
      ],
    },
    {
      name: "New",
      resources: arns(...taggedKinds),
      writes: creations.map((action) => `ec2:${action}`),
      condition: claimed,
    },
    {
      // Creating a resource also requires the permission on the resources that it uses.
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
    // An existing network does not have the stack's tag.
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
            // AWS creates the default group of a new network without a tag.
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
