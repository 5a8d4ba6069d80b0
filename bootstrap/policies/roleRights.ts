import { type PolicyPlace, stackRoles } from "./place";
import type { ServiceRights } from "./rights";

/**
 * Returns the permissions on roles. A deployment creates the roles of its tasks and its probe, only with the boundary, and
 * cannot remove the boundary from a role.
 */
export function roleRights(place: PolicyPlace): readonly ServiceRights[] {
  const [ofBackup, ofMonitoring] = [stackRoles(place, "backup"), stackRoles(place, "monitoring")];
  const resources = [ofBackup, ofMonitoring];
  return [
    {
      name: "Roles",
      resources,
      reads: [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
      ],
      writes: [
        "iam:DeleteRole",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
      ],
    },
    {
      name: "BoundRoles",
      resources,
      writes: [
        "iam:CreateRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ],
      condition: { StringEquals: { "iam:PermissionsBoundary": place.boundaryArn } },
    },
    handOver("HandOverBackup", ofBackup, [
      "ecs-tasks.amazonaws.com",
      "vpc-flow-logs.amazonaws.com",
      ...(place.replica === undefined ? [] : ["s3.amazonaws.com"]),
    ]),
    handOver("HandOverProbe", ofMonitoring, ["lambda.amazonaws.com"]),
  ];
}

/** Allows passing a role only to the service that runs or writes for its part, and to its schedule. */
function handOver(name: string, resources: string, runners: readonly string[]): ServiceRights {
  return {
    name,
    resources,
    writes: ["iam:PassRole"],
    condition: { StringEquals: { "iam:PassedToService": [...runners, "scheduler.amazonaws.com"] } },
  };
}
