import { statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

export const rolePolicyNamesActions: ResourceRule = {
  name: "role-policy-names-actions",
  description: "A role's policy allows named actions instead of all actions of a service.",
  severity: "critical",
  controls: ["CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_286", "IAM.1", "IAM.21", "AwsSolutions-IAM5"],
  types: ["aws:iam/rolePolicy:RolePolicy"],
  problem: ({ policy }) =>
    statementsOf(policy).some(
      ({ effect, actions }) => effect === "Allow" && actions.some((action) => /^\*$|:\*$/.test(action)),
    )
      ? "must name the actions that it allows"
      : undefined,
};
