import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag, number, policy } from "../properties";

type QueueState = {
  name: string;
  fifoQueue: boolean;
  delaySeconds: number;
  maxMessageSize: number;
  messageRetentionSeconds: number;
  receiveWaitTimeSeconds: number;
  visibilityTimeoutSeconds: number;
  sqsManagedSseEnabled?: boolean;
  kmsMasterKeyId?: string;
  policy?: string;
  arn: string;
  url: string;
  region: string;
};

/** Numbers, and the service's names for them. */
const numbers = {
  delaySeconds: "DelaySeconds",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const satisfies Partial<Record<keyof QueueState, QueueAttributeName>>;
const numberNames = Object.keys(numbers) as (keyof typeof numbers)[];

export const missingQueue = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"] as const;

/** A standard queue; its id is its URL. */
export const queue = resource<Aws, QueueState>({
  autoname: { maxLength: 80 },
  inputs: {
    name: fixedText,
    fifoQueue: {
      ...flag(false),
      replaces: true,
      check: (value) =>
        value === true ? "must be false: the local stand-in only supports standard queues" : undefined,
    },
    delaySeconds: number(0),
    maxMessageSize: number(262_144),
    messageRetentionSeconds: number(345_600),
    receiveWaitTimeSeconds: number(0),
    visibilityTimeoutSeconds: number(30),
    sqsManagedSseEnabled: { type: "boolean", computed: true },
    kmsMasterKeyId: { type: "string" },
    policy: { ...policy, computed: true },
  },
  outputs: { arn: {}, url: {}, region: {} },

  async create(aws, state, { signal }) {
    const sqs = aws.use("sqs");
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: state.name, Attributes: attributes(undefined, state) }),
      { abortSignal: signal },
    );
    return { id: present(QueueUrl, "the queue's URL") };
  },

  async read(aws, id, _known, { signal }) {
    const sqs = aws.use("sqs");
    const found = await unlessMissing(
      sqs.send(new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: ["All"] }), {
        abortSignal: signal,
      }),
      ...missingQueue,
    );
    const values = found?.Attributes;
    if (values === undefined) return undefined;
    return {
      id,
      state: {
        ...(Object.fromEntries(
          numberNames.map((name) => [name, Number(values[numbers[name]] ?? 0)]),
        ) as Record<keyof typeof numbers, number>),
        name: id.slice(id.lastIndexOf("/") + 1),
        fifoQueue: values.FifoQueue === "true",
        sqsManagedSseEnabled: values.SqsManagedSseEnabled === "true",
        kmsMasterKeyId: values.KmsMasterKeyId ?? "",
        policy: values.Policy ?? "",
        arn: present(values.QueueArn, "the queue's ARN"),
        url: id,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const sqs = aws.use("sqs");
    const Attributes = attributes(before, after);
    if (Object.keys(Attributes).length === 0) return;
    // moto drops the policy if it is not sent. AWS keeps it and accepts it unchanged.
    if (before.policy) Attributes.Policy ??= before.policy;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes }), { abortSignal: signal });
  },

  async delete(aws, id, _state, { signal }) {
    const sqs = aws.use("sqs");
    await unlessMissing(
      sqs.send(new DeleteQueueCommand({ QueueUrl: id }), { abortSignal: signal }),
      ...missingQueue,
    );
  },
});

/** Returns the attributes that change. */
function attributes(
  before: QueueState | undefined,
  after: QueueState,
): Partial<Record<QueueAttributeName, string>> {
  const changed: Partial<Record<QueueAttributeName, string>> = {};
  for (const name of numberNames) {
    if (before?.[name] !== after[name]) changed[numbers[name]] = String(after[name]);
  }
  if ((before?.kmsMasterKeyId ?? "") !== (after.kmsMasterKeyId ?? "")) {
    changed.KmsMasterKeyId = after.kmsMasterKeyId ?? "";
  }
  if (
    after.sqsManagedSseEnabled !== undefined &&
    before?.sqsManagedSseEnabled !== after.sqsManagedSseEnabled
  ) {
    changed.SqsManagedSseEnabled = String(after.sqsManagedSseEnabled);
  }
  if (after.policy !== undefined && (before?.policy ?? "") !== after.policy) changed.Policy = after.policy;
  return changed;
}
