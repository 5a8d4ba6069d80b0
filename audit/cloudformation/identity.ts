import type { JsonValue } from "../../foundation/json";
import { type Counterpart, defined, documentOf, objectsOf, type Siblings, sameNames } from "./counterpart";

/** Returns the managed policies that separate resources attach to a role. */
function attachedTo(role: JsonValue | undefined, { find }: Siblings): JsonValue[] | undefined {
  const arns = find(
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "roleName",
    role,
  ).flatMap(({ policyArns }) => (Array.isArray(policyArns) ? policyArns : []));
  return arns.length === 0 ? undefined : arns;
}

/** IAM. */
export const identity: Readonly<Record<string, Counterpart>> = {
  "aws:iam/role:Role": {
    type: "AWS::IAM::Role",
    ref: "name",
    properties: ({ name, assumeRolePolicy, inlinePolicies, managedPolicyArns, ...inputs }, siblings) => ({
      ...sameNames(inputs, "forceDetachPolicies"),
      RoleName: name,
      ManagedPolicyArns: managedPolicyArns ?? attachedTo(name, siblings),
      AssumeRolePolicyDocument: documentOf(assumeRolePolicy),
      Policies:
        inlinePolicies &&
        objectsOf(inlinePolicies).map((inline) =>
          defined({ PolicyName: inline.name, PolicyDocument: documentOf(inline.policy) }),
        ),
    }),
  },
  "aws:iam/policy:Policy": {
    type: "AWS::IAM::ManagedPolicy",
    ref: "arn",
    properties: ({ name, policy, tags: _, ...inputs }) => ({
      ...sameNames(inputs),
      ManagedPolicyName: name,
      PolicyDocument: documentOf(policy),
    }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    type: "AWS::IAM::OIDCProvider",
    ref: "arn",
    properties: ({ clientIdLists, thumbprintLists, ...inputs }) => ({
      ...sameNames(inputs),
      ClientIdList: clientIdLists,
      ThumbprintList: thumbprintLists,
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    type: "AWS::IAM::Policy",
    properties: ({ name, policy, role, ...inputs }) => ({
      ...sameNames(inputs),
      PolicyName: name,
      PolicyDocument: documentOf(policy),
      Roles: role === undefined ? [] : [role],
    }),
  },
};
