import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeySpec,
  type KeyUsageType,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { flag, policy } from "../properties";
import { type Tags, tagsToKey } from "../tags/tags";

type KeyState = {
  description?: string;
  enableKeyRotation?: boolean;
  rotationPeriodInDays?: number;
  deletionWindowInDays?: number;
  isEnabled: boolean;
  keyUsage: string;
  customerMasterKeySpec: string;
  multiRegion?: boolean;
  policy?: string;
  bypassPolicyLockoutSafetyCheck: boolean;
  tags?: Tags;
  arn: string;
  keyId: string;
  region: string;
};

export const key = resource<Aws, KeyState>({
  inputs: {
    description: { type: "string", computed: true },
    enableKeyRotation: { type: "boolean" },
    rotationPeriodInDays: { type: "number", computed: true },
    // Only used at deletion; the service does not store it.
    deletionWindowInDays: { type: "number" },
    isEnabled: flag(true),
    keyUsage: { type: "string", default: "ENCRYPT_DECRYPT", replaces: true },
    customerMasterKeySpec: { type: "string", default: "SYMMETRIC_DEFAULT", replaces: true },
    multiRegion: { type: "boolean", computed: true, replaces: true },
    policy: { ...policy, computed: true },
    bypassPolicyLockoutSafetyCheck: flag(false),
  },
  outputs: { arn: {}, keyId: {}, region: {} },

  async create(aws, state, { signal }) {
    const kms = aws.use("kms");
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        Description: state.description,
        KeyUsage: state.keyUsage as KeyUsageType,
        KeySpec: state.customerMasterKeySpec as KeySpec,
        MultiRegion: state.multiRegion,
        Policy: state.policy,
        BypassPolicyLockoutSafetyCheck: state.bypassPolicyLockoutSafetyCheck,
        // Sends the tags, like the official plugin, because the deploy role may not create a key without them.
        Tags: tagsToKey(state.tags ?? {}),
      }),
      { abortSignal: signal },
    );
    const id = present(KeyMetadata?.KeyId, "the id of the new key");
    await setRotation(aws, id, { state, signal });
    if (!state.isEnabled) await kms.send(new DisableKeyCommand({ KeyId: id }), { abortSignal: signal });
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const kms = aws.use("kms");
    const options = { abortSignal: signal };
    const found = await unlessMissing(
      kms.send(new DescribeKeyCommand({ KeyId: id }), options),
      "NotFoundException",
    );
    const metadata = found?.KeyMetadata;
    if (metadata === undefined || metadata.KeyState === "PendingDeletion") return undefined;
    const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }), options);
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }), options);
    const keyId = present(metadata.KeyId, "the key's id");
    return {
      id: keyId,
      state: {
        description: metadata.Description ?? "",
        enableKeyRotation: rotation.KeyRotationEnabled ?? false,
        rotationPeriodInDays: rotation.KeyRotationEnabled ? (rotation.RotationPeriodInDays ?? 365) : 0,
        isEnabled: metadata.Enabled ?? false,
        keyUsage: metadata.KeyUsage,
        customerMasterKeySpec: metadata.KeySpec ?? metadata.CustomerMasterKeySpec,
        multiRegion: metadata.MultiRegion ?? false,
        policy: Policy,
        arn: present(metadata.Arn, "the key's ARN"),
        keyId,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const kms = aws.use("kms");
    const options = { abortSignal: signal };
    // A disabled key cannot be changed, so it is enabled first and disabled last.
    if (after.isEnabled && !before.isEnabled) await kms.send(new EnableKeyCommand({ KeyId: id }), options);
    if (after.description !== undefined && after.description !== before.description) {
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: after.description }), options);
    }
    if (after.policy !== undefined && after.policy !== before.policy) {
      await kms.send(
        new PutKeyPolicyCommand({ KeyId: id, PolicyName: "default", Policy: after.policy }),
        options,
      );
    }
    const rotates = (state: KeyState) => `${state.enableKeyRotation ?? false} ${state.rotationPeriodInDays}`;
    if (rotates(before) !== rotates(after)) await setRotation(aws, id, { state: after, signal });
    if (!after.isEnabled && before.isEnabled) await kms.send(new DisableKeyCommand({ KeyId: id }), options);
  },

  async delete(aws, id, { deletionWindowInDays }, { signal }) {
    const kms = aws.use("kms");
    await unlessMissing(
      kms.send(
        new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: deletionWindowInDays ?? 30 }),
        { abortSignal: signal },
      ),
      "NotFoundException",
      // Its deletion is already scheduled.
      "KMSInvalidStateException",
    );
  },
});

async function setRotation(
  aws: Aws,
  id: string,
  {
    state,
    signal,
  }: {
    readonly state: Pick<KeyState, "enableKeyRotation" | "rotationPeriodInDays">;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const kms = aws.use("kms");
  if (state.enableKeyRotation === true) {
    await kms.send(
      new EnableKeyRotationCommand({
        KeyId: id,
        RotationPeriodInDays: state.rotationPeriodInDays || undefined,
      }),
      { abortSignal: signal },
    );
  } else {
    await kms.send(new DisableKeyRotationCommand({ KeyId: id }), { abortSignal: signal });
  }
}
