import {
  AttachRolePolicyCommand,
  CreatePolicyVersionCommand,
  ListPoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { type Case, output, policyFor } from "./case";

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** Cases of IAM, each after those on which it depends. */
export const iamCases: readonly Case[] = [
  {
    token: "aws:iam/role:Role",
    inputs: () => ({ name: "specimen", assumeRolePolicy: trust("ecs-tasks.amazonaws.com") }),
    changeManually: async (aws, id) =>
      aws.use("iam").send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: id,
          PolicyDocument: trust("lambda.amazonaws.com"),
        }),
      ),
    found: { assumeRolePolicy: "update" },
  },
  {
    token: "aws:iam/rolePolicy:RolePolicy",
    inputs: (world) => ({
      name: "task",
      role: output(world, "Role", "name"),
      policy: policyFor("s3:PutObject", "*"),
    }),
    changeManually: async (aws, id) => {
      const [RoleName, PolicyName] = id.split(":");
      const iam = aws.use("iam");
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: policyFor("s3:*", "*") }),
      );
    },
    found: { policy: "update" },
  },
  {
    token: "aws:iam/policy:Policy",
    inputs: () => ({
      name: "specimen-boundary",
      policy: policyFor("s3:*", "*").replace(/"Principal":"\\*",/, ""),
    }),
    changeManually: async (aws, id) =>
      aws.use("iam").send(
        new CreatePolicyVersionCommand({
          PolicyArn: id,
          PolicyDocument: policyFor("iam:*", "*").replace(/"Principal":"\\*",/, ""),
          SetAsDefault: true,
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    inputs: (world) => ({ roleName: output(world, "Role", "name"), policyNames: ["task"] }),
    changeManually: async (aws, RoleName) =>
      aws
        .use("iam")
        .send(
          new PutRolePolicyCommand({ RoleName, PolicyName: "x", PolicyDocument: policyFor("s3:*", "*") }),
        ),
    found: { "policyNames[1]": "delete" },
  },
  {
    token: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    inputs: (world) => ({ roleName: output(world, "Role", "name"), policyArns: [] }),
    changeManually: async (aws, RoleName) => {
      const iam = aws.use("iam");
      const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policies?.[0]?.Arn }));
    },
    found: { "policyArns[0]": "delete" },
  },
  {
    token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    inputs: () => ({
      url: "https://token.example.com",
      clientIdLists: ["sts.amazonaws.com"],
      thumbprintLists: ["1".repeat(40)],
    }),
    changeManually: async (aws, id) =>
      aws.use("iam").send(
        new UpdateOpenIDConnectProviderThumbprintCommand({
          OpenIDConnectProviderArn: id,
          ThumbprintList: ["2".repeat(40)],
        }),
      ),
    found: { "thumbprintLists[0]": "update" },
  },
];
