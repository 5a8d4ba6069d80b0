import type { ResourceRule } from "../rule";

export const logGroupForgets: ResourceRule = {
  name: "log-group-forgets",
  description: "A log group has a retention time.",
  severity: "low",
  controls: ["CKV_AWS_66"],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  problem: ({ retentionInDays }) =>
    typeof retentionInDays === "number" && retentionInDays > 0 ? undefined : "must have retentionInDays",
};
