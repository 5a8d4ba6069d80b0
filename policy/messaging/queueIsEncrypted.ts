import { hasText } from "../documents";
import type { ResourceRule } from "../rule";

export const queueIsEncrypted: ResourceRule = {
  name: "queue-is-encrypted",
  description: "A queue is encrypted.",
  severity: "high",
  controls: ["CKV_AWS_27", "SQS.1"],
  types: ["aws:sqs/queue:Queue"],
  problem: (queue) =>
    queue.sqsManagedSseEnabled === true || hasText(queue, "kmsMasterKeyId") ? undefined : "must be encrypted",
};
