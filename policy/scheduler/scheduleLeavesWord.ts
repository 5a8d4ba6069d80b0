import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const scheduleLeavesWord: ResourceRule = {
  name: "schedule-leaves-word",
  description: "A schedule that cannot start its task leaves word in a queue.",
  severity: "medium",
  controls: [],
  types: ["aws:scheduler/schedule:Schedule"],
  problem: ({ target }) =>
    property(property(target, "deadLetterConfig"), "arn") === undefined
      ? "must have a dead-letter queue"
      : undefined,
};
