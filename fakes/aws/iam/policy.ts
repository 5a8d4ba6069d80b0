import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
} from "@aws-sdk/client-iam";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, policy as policyText } from "../properties";

type PolicyState = {
  name: string;
  path: string;
  description?: string;
  policy: string;
  arn: string;
  attachmentCount: number;
  policyId: string;
};

const missing = ["NoSuchEntity", "NoSuchEntityException"] as const;

/** A managed policy. Its id is its ARN. IAM keeps up to five versions, one of them the default. */
export const managedPolicy = resource<Aws, PolicyState>({
  autoname: { maxLength: 128 },
  inputs: {
    name: fixedText,
    path: { type: "string", default: "/", replaces: true },
    description: { type: "string", replaces: true },
    policy: { ...policyText, required: true },
  },
  outputs: { arn: {}, attachmentCount: { volatile: true }, policyId: {} },

  async create(aws, state, { signal }) {
    const { Policy } = await aws.use("iam").send(
      new CreatePolicyCommand({
        PolicyName: state.name,
        Path: state.path,
        Description: state.description,
        PolicyDocument: state.policy,
      }),
      { abortSignal: signal },
    );
    return { id: present(Policy?.Arn, "the ARN of the new policy") };
  },

  async read(aws, id, _known, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    const found = await unlessMissing(iam.send(new GetPolicyCommand({ PolicyArn: id }), options), ...missing);
    const policy = found?.Policy;
    if (policy === undefined) return undefined;
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: id, VersionId: policy.DefaultVersionId }),
      options,
    );
    return {
      id,
      state: {
        name: policy.PolicyName,
        path: policy.Path,
        description: policy.Description ?? "",
        policy: decodeURIComponent(PolicyVersion?.Document ?? ""),
        arn: id,
        attachmentCount: policy.AttachmentCount ?? 0,
        policyId: policy.PolicyId,
      },
    };
  },

  async update(aws, id, { after }, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: id }), options);
    // If there are five versions, deletes the oldest that is not the default.
    const spare = Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
    const oldest = Versions.length < 5 ? undefined : spare.at(-1)?.VersionId;
    if (oldest !== undefined)
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn: id, VersionId: oldest }), options);
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn: id, PolicyDocument: after.policy, SetAsDefault: true }),
      options,
    );
  },

  async delete(aws, id, _state, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    const listed = await unlessMissing(
      iam.send(new ListPolicyVersionsCommand({ PolicyArn: id }), options),
      ...missing,
    );
    for (const { VersionId, IsDefaultVersion } of listed?.Versions ?? []) {
      if (!IsDefaultVersion)
        await iam.send(new DeletePolicyVersionCommand({ PolicyArn: id, VersionId }), options);
    }
    await unlessMissing(iam.send(new DeletePolicyCommand({ PolicyArn: id }), options), ...missing);
  },
});
