import type { ResourceRule } from "../rule";
import { listOf } from "../rule";

export const roleHasNoManagedPolicy: ResourceRule = {
  name: "role-has-no-managed-policy",
  description: "A role has no policy that AWS manages.",
  severity: "medium",
  controls: ["AwsSolutions-IAM4", "CKV_AWS_274"],
  types: ["aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
  problem: ({ managedPolicyArns, policyArn }) =>
    [...listOf(managedPolicyArns), ...listOf(policyArn)].some((arn) =>
      String(arn).includes(":iam::aws:policy/"),
    )
      ? "must not have a policy that AWS manages"
      : undefined,
};
