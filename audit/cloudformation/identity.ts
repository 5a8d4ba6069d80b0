import { type Counterpart, defined, documentOf, objectsOf, sameNames } from "./counterpart";

/** IAM. */
export const identity: Readonly<Record<string, Counterpart>> = {
  "aws:iam/role:Role": {
    type: "AWS::IAM::Role",
    ref: "name",
    properties: ({ name, assumeRolePolicy, inlinePolicies, ...inputs }) => ({
      ...sameNames(inputs),
      RoleName: name,
      AssumeRolePolicyDocument: documentOf(assumeRolePolicy),
      Policies:
        inlinePolicies &&
        objectsOf(inlinePolicies).map((inline) =>
          defined({ PolicyName: inline.name, PolicyDocument: documentOf(inline.policy) }),
        ),
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
