import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const scheduleHasDeadLetterQueue: ResourceRule = {
  name: "schedule-has-dead-letter-queue",
  description: "A schedule has a dead-letter queue for failed starts.",
  severity: "medium",
  controls: [],
  types: ["aws:scheduler/schedule:Schedule"],
  problem: ({ target }) =>
    property(property(target, "deadLetterConfig"), "arn") === undefined
      ? "must have a dead-letter queue"
      : undefined,
};
