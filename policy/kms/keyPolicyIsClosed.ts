import { allowsEverybody, statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

export const keyPolicyIsClosed: ResourceRule = {
  name: "key-policy-is-closed",
  description: "A key has a policy that allows no public access.",
  severity: "critical",
  controls: ["CKV_AWS_33", "CKV2_AWS_64", "KMS.5"],
  types: ["aws:kms/key:Key"],
  problem: ({ policy }) =>
    statementsOf(policy).length > 0 && !allowsEverybody(policy)
      ? undefined
      : "must have a policy that allows no public access",
};
