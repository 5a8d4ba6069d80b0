import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const eventTargetHasDeadLetterQueue: ResourceRule = {
  name: "event-target-has-dead-letter-queue",
  description: "What an event rule cannot deliver is kept in a queue.",
  severity: "medium",
  controls: [],
  types: ["aws:cloudwatch/eventTarget:EventTarget"],
  problem: ({ deadLetterConfig }) =>
    property(deadLetterConfig, "arn") === undefined ? "must have a dead-letter queue" : undefined,
};
