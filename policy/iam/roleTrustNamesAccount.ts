import { statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

export const roleTrustNamesAccount: ResourceRule = {
  name: "role-trust-names-account",
  description:
    "A role that a service assumes is bound to one account, except for S3's replication, which only accepts roles of its own account.",
  severity: "high",
  controls: ["CKV_AWS_60", "CKV_AWS_61"],
  types: ["aws:iam/role:Role"],
  problem: ({ assumeRolePolicy }) =>
    statementsOf(assumeRolePolicy).every(
      ({ principals, condition }) =>
        isReplication(principals) ||
        (!principals.includes("*") && JSON.stringify(condition ?? "").includes("aws:SourceAccount")),
    )
      ? undefined
      : "must be assumed for one account only (aws:SourceAccount)",
};

/**
 * Returns whether only S3 may assume the role. S3 documents no condition for replication. Setting a role on a bucket needs
 * iam:PassRole, which no other account can have.
 */
const isReplication = (principals: readonly string[]): boolean =>
  principals.length === 1 && principals[0] === "s3.amazonaws.com";
