import { withoutOwnKey } from "../documents";
import { eachOf, type StackRule } from "../rule";

export const queueHasOwnKey: StackRule = {
  name: "queue-has-own-key",
  description: "In production a queue is encrypted with a customer-managed key.",
  severity: "medium",
  controls: ["CKV_AWS_27"],
  onlyInProduction: true,
  problems: eachOf("aws:sqs/queue:Queue", (queue) => withoutOwnKey(queue, "kmsMasterKeyId")),
};
