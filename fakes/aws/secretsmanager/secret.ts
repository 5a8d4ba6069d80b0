import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type { JsonValue } from "../../../foundation/json";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag, number, policy } from "../properties";
import { type Tags, tagsFromService } from "../tags/tags";

type SecretState = {
  name: string;
  description?: string;
  kmsKeyId?: string;
  recoveryWindowInDays: number;
  forceOverwriteReplicaSecret: boolean;
  policy?: string;
  tags: Tags;
  arn: string;
  region: string;
};

export const secret = resource<Aws, SecretState>({
  autoname: { maxLength: 512 },
  inputs: {
    name: fixedText,
    description: { type: "string" },
    kmsKeyId: { type: "string" },
    // Only used at deletion; the service does not store it.
    recoveryWindowInDays: number(30),
    forceOverwriteReplicaSecret: flag(false),
    policy: { ...policy, computed: true, normal: withoutEmpty },
  },
  outputs: { arn: {}, region: {} },

  async create(aws, state, { signal }) {
    const secrets = aws.use("secretsmanager");
    const { ARN } = await secrets.send(
      new CreateSecretCommand({ Name: state.name, Description: state.description, KmsKeyId: state.kmsKeyId }),
      { abortSignal: signal },
    );
    const id = present(ARN, "the secret's ARN");
    if (withoutEmpty(state.policy ?? "") !== "") {
      await secrets.send(new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: state.policy }), {
        abortSignal: signal,
      });
    }
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const secrets = aws.use("secretsmanager");
    const found = await unlessMissing(
      secrets.send(new DescribeSecretCommand({ SecretId: id }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    if (found === undefined || found.DeletedDate !== undefined) return undefined;
    const { ResourcePolicy } = await secrets.send(new GetResourcePolicyCommand({ SecretId: id }), {
      abortSignal: signal,
    });
    return {
      id: present(found.ARN, "the secret's ARN"),
      state: {
        name: found.Name,
        description: found.Description ?? "",
        kmsKeyId: found.KmsKeyId ?? "",
        policy: ResourcePolicy ?? "",
        tags: tagsFromService(found.Tags),
        arn: found.ARN,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const secrets = aws.use("secretsmanager");
    const options = { abortSignal: signal };
    if (before.description !== after.description || before.kmsKeyId !== after.kmsKeyId) {
      await secrets.send(
        new UpdateSecretCommand({
          SecretId: id,
          Description: after.description ?? "",
          KmsKeyId: after.kmsKeyId,
        }),
        options,
      );
    }
    if (after.policy === undefined || before.policy === after.policy) return;
    if (withoutEmpty(after.policy) !== "")
      await secrets.send(
        new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: after.policy }),
        options,
      );
    else await secrets.send(new DeleteResourcePolicyCommand({ SecretId: id }), options);
  },

  async delete(aws, id, { recoveryWindowInDays: days }, { signal }) {
    const secrets = aws.use("secretsmanager");
    const when = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
    await unlessMissing(
      secrets.send(new DeleteSecretCommand({ SecretId: id, ...when }), { abortSignal: signal }),
      "ResourceNotFoundException",
      // Its deletion is already scheduled.
      "InvalidRequestException",
    );
  },
});

/** Replaces `{}`, which removes the policy, with an empty value. Without a value, a manually attached policy stays. */
function withoutEmpty(policy: JsonValue): JsonValue {
  return policy === "{}" ? "" : policy;
}
