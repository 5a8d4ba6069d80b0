import { statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

export const roleTrustNamesAccount: ResourceRule = {
  name: "role-trust-names-account",
  description: "A role that a service assumes is bound to one account.",
  severity: "high",
  controls: ["CKV_AWS_60", "CKV_AWS_61"],
  types: ["aws:iam/role:Role"],
  problem: ({ assumeRolePolicy }) =>
    statementsOf(assumeRolePolicy).every(
      ({ principals, condition }) =>
        !principals.includes("*") && JSON.stringify(condition ?? "").includes("aws:SourceAccount"),
    )
      ? undefined
      : "must be assumed for one account only (aws:SourceAccount)",
};
