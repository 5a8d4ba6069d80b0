import { GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, policy } from "../properties";
import { missingQueue } from "./queue";

type QueuePolicyState = { queueUrl: string; policy: string; region: string };

/** The policy of a queue; its id is the queue's URL. */
export const queuePolicy = resource<Aws, QueuePolicyState>({
  inputs: { queueUrl: fixedText, policy: { ...policy, required: true } },
  outputs: { region: {} },

  async create(aws, state, { signal }) {
    await put(aws, { QueueUrl: state.queueUrl, Policy: state.policy, signal });
    return { id: state.queueUrl };
  },

  async read(aws, id, _known, { signal }) {
    const sqs = aws.use("sqs");
    const found = await unlessMissing(
      sqs.send(new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: ["Policy"] }), {
        abortSignal: signal,
      }),
      ...missingQueue,
    );
    const policy = found?.Attributes?.Policy;
    return policy ? { id, state: { queueUrl: id, policy, region: aws.region } } : undefined;
  },

  async update(aws, id, { after }, { signal }) {
    await put(aws, { QueueUrl: id, Policy: after.policy, signal });
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(put(aws, { QueueUrl: id, Policy: "", signal }), ...missingQueue);
  },
});

async function put(
  aws: Aws,
  {
    QueueUrl,
    Policy,
    signal,
  }: { readonly QueueUrl: string; readonly Policy: string; readonly signal: AbortSignal },
): Promise<void> {
  const sqs = aws.use("sqs");
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }), {
    abortSignal: signal,
  });
}
