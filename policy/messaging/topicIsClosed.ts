import { allowsEverybody } from "../documents";
import type { ResourceRule } from "../rule";

export const topicIsClosed: ResourceRule = {
  name: "topic-is-closed",
  description: "A topic takes nothing from everybody.",
  severity: "critical",
  controls: ["CKV_AWS_169", "CKV_AWS_385", "SNS.4"],
  types: ["aws:sns/topicPolicy:TopicPolicy"],
  problem: ({ policy }) => (allowsEverybody(policy) ? "must not allow anything to everybody" : undefined),
};
