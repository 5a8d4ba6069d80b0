import { withoutOwnKey } from "../documents";
import { eachOf, type StackRule } from "../rule";

export const topicHasOwnKey: StackRule = {
  name: "topic-has-own-key",
  description: "In production a topic is encrypted with a customer-managed key.",
  severity: "medium",
  controls: ["CKV_AWS_26", "SNS.1"],
  onlyInProduction: true,
  problems: eachOf("aws:sns/topic:Topic", (topic) => withoutOwnKey(topic, "kmsMasterKeyId")),
};
