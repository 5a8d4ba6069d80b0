import { type Counterpart, documentOf, tagsOf } from "./counterpart";

/** IAM. */
export const identity: Readonly<Record<string, Counterpart>> = {
  "aws:iam/role:Role": {
    type: "AWS::IAM::Role",
    ref: "name",
    properties: ({ name, assumeRolePolicy, permissionsBoundary, description, ...inputs }) => ({
      RoleName: name,
      AssumeRolePolicyDocument: documentOf(assumeRolePolicy),
      PermissionsBoundary: permissionsBoundary,
      Description: description,
      ...tagsOf(inputs),
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    type: "AWS::IAM::Policy",
    properties: ({ name, policy, role }) => ({
      PolicyName: name,
      PolicyDocument: documentOf(policy),
      Roles: role === undefined ? [] : [role],
    }),
  },
};
