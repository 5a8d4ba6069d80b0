import { property, type ResourceRule } from "../rule";

export const functionWritesLog: ResourceRule = {
  name: "function-writes-log",
  description:
    "A function writes to a log group of the stack, because the group that Lambda creates keeps its logs forever.",
  severity: "medium",
  controls: [],
  types: ["aws:lambda/function:Function"],
  problem: ({ loggingConfig }) =>
    property(loggingConfig, "logGroup") ? undefined : "must name its log group",
};
