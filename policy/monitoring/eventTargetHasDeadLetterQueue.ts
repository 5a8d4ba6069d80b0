import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const eventTargetHasDeadLetterQueue: ResourceRule = {
  name: "event-target-has-dead-letter-queue",
  description: "An event rule keeps undelivered events in a dead-letter queue.",
  severity: "medium",
  controls: [],
  types: ["aws:cloudwatch/eventTarget:EventTarget"],
  problem: ({ deadLetterConfig }) =>
    property(deadLetterConfig, "arn") === undefined ? "must have a dead-letter queue" : undefined,
};
