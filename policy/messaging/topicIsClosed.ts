import { allowsEverybody } from "../documents";
import type { ResourceRule } from "../rule";

export const topicIsClosed: ResourceRule = {
  name: "topic-is-closed",
  description: "A topic allows no public access.",
  severity: "critical",
  controls: ["CKV_AWS_169", "CKV_AWS_385", "SNS.4"],
  types: ["aws:sns/topicPolicy:TopicPolicy"],
  problem: ({ policy }) => (allowsEverybody(policy) ? "must not allow public access" : undefined),
};
