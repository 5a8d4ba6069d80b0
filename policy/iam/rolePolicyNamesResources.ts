import { statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

/**
 * The actions that IAM only grants on all resources, and those that Lambda requires in this form to give a function its
 * address.
 */
const withoutResource: readonly string[] = [
  "ecr:GetAuthorizationToken",
  "cloudwatch:GetMetricStatistics",
  "cloudwatch:PutMetricData",
  "logs:DescribeLogGroups",
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

export const rolePolicyNamesResources: ResourceRule = {
  name: "role-policy-names-resources",
  description: "A role's policy names the resources of its actions, except for actions without resources.",
  severity: "high",
  controls: ["CKV_AWS_290", "CKV_AWS_355"],
  types: ["aws:iam/rolePolicy:RolePolicy"],
  problem: ({ policy }) =>
    statementsOf(policy).some(
      ({ effect, actions, resources }) =>
        effect === "Allow" &&
        resources.includes("*") &&
        actions.some((action) => !withoutResource.includes(action)),
    )
      ? "must name the resources of what it allows"
      : undefined,
};
