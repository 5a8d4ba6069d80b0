import { allowsEverybody } from "../documents";
import type { ResourceRule } from "../rule";

export const queueIsClosed: ResourceRule = {
  name: "queue-is-closed",
  description: "A queue allows no public access.",
  severity: "critical",
  controls: ["CKV_AWS_168", "CKV_AWS_387"],
  types: ["aws:sqs/queuePolicy:QueuePolicy"],
  problem: ({ policy }) => (allowsEverybody(policy) ? "must not allow public access" : undefined),
};
