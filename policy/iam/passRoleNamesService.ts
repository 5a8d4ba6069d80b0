import { statementsOf } from "../documents";
import type { ResourceRule } from "../rule";

export const passRoleNamesService: ResourceRule = {
  name: "pass-role-names-service",
  description: "iam:PassRole is limited to named roles and one service.",
  severity: "critical",
  controls: ["F38", "IAM.21"],
  types: ["aws:iam/rolePolicy:RolePolicy"],
  problem: ({ policy }) =>
    statementsOf(policy).some(
      ({ effect, actions, resources, condition }) =>
        effect === "Allow" &&
        actions.includes("iam:PassRole") &&
        (resources.includes("*") ||
          JSON.stringify(condition ?? "").includes("iam:PassedToService") === false),
    )
      ? "must pass named roles to one service"
      : undefined,
};
