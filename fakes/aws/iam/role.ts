import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, flag, policy } from "../properties";
import { type Tags, tagsFromService } from "../tags/tags";

type RoleState = {
  name: string;
  assumeRolePolicy: string;
  description?: string;
  forceDetachPolicies: boolean;
  maxSessionDuration: number;
  path: string;
  permissionsBoundary?: string;
  arn: string;
  createDate: string;
  uniqueId: string;
  tags: Tags;
  inlinePolicies: { name: string; policy: string }[];
  managedPolicyArns: string[];
};

export const role = resource<Aws, RoleState>({
  autoname: { maxLength: 64 },
  inputs: {
    name: fixedText,
    assumeRolePolicy: { ...policy, required: true },
    description: { type: "string" },
    forceDetachPolicies: flag(false),
    maxSessionDuration: { type: "number", default: 3600 },
    path: { type: "string", default: "/", replaces: true },
    permissionsBoundary: { type: "string" },
  },
  outputs: { arn: {}, createDate: {}, uniqueId: {}, inlinePolicies: {}, managedPolicyArns: {} },

  async create(aws, state, { signal }) {
    const iam = aws.use("iam");
    await iam.send(
      new CreateRoleCommand({
        RoleName: state.name,
        AssumeRolePolicyDocument: state.assumeRolePolicy,
        Description: state.description,
        MaxSessionDuration: state.maxSessionDuration,
        Path: state.path,
        PermissionsBoundary: state.permissionsBoundary,
      }),
      { abortSignal: signal },
    );
    return { id: state.name };
  },

  async read(aws, id, _known, { signal }) {
    const iam = aws.use("iam");
    const found = await unlessMissing(
      iam.send(new GetRoleCommand({ RoleName: id }), { abortSignal: signal }),
      "NoSuchEntity",
      "NoSuchEntityException",
    );
    const role = found?.Role;
    if (role === undefined) return undefined;
    return {
      id,
      state: {
        name: role.RoleName,
        assumeRolePolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
        description: role.Description ?? "",
        maxSessionDuration: role.MaxSessionDuration ?? 3600,
        path: role.Path,
        permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
        arn: role.Arn,
        createDate: role.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
        uniqueId: role.RoleId,
        tags: tagsFromService(role.Tags),
        // In this stack, policies are separate resources.
        inlinePolicies: [],
        managedPolicyArns: [],
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    if (before.assumeRolePolicy !== after.assumeRolePolicy) {
      await iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument: after.assumeRolePolicy }),
        options,
      );
    }
    await iam.send(
      new UpdateRoleCommand({
        RoleName: id,
        Description: after.description ?? "",
        MaxSessionDuration: after.maxSessionDuration,
      }),
      options,
    );
    if ((before.permissionsBoundary ?? "") === (after.permissionsBoundary ?? "")) return;
    if (after.permissionsBoundary) {
      await iam.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName: id,
          PermissionsBoundary: after.permissionsBoundary,
        }),
        options,
      );
    } else await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: id }), options);
  },

  async delete(aws, id, { forceDetachPolicies }, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    const missing = ["NoSuchEntity", "NoSuchEntityException"] as const;
    if (forceDetachPolicies) {
      const listed = await unlessMissing(
        iam.send(new ListRolePoliciesCommand({ RoleName: id }), options),
        ...missing,
      );
      for (const PolicyName of listed?.PolicyNames ?? []) {
        await iam.send(new DeleteRolePolicyCommand({ RoleName: id, PolicyName }), options);
      }
      const attached = await unlessMissing(
        iam.send(new ListAttachedRolePoliciesCommand({ RoleName: id }), options),
        ...missing,
      );
      for (const { PolicyArn } of attached?.AttachedPolicies ?? []) {
        await iam.send(new DetachRolePolicyCommand({ RoleName: id, PolicyArn }), options);
      }
    }
    await unlessMissing(iam.send(new DeleteRoleCommand({ RoleName: id }), options), ...missing);
  },
});
