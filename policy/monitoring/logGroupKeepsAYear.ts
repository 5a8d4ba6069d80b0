import { hasText } from "../documents";
import { eachOf, type StackRule } from "../rule";

export const logGroupKeepsAYear: StackRule = {
  name: "log-group-keeps-a-year",
  description: "In production a log is kept for a year, encrypted with a customer-managed key.",
  severity: "medium",
  controls: ["CKV_AWS_338", "CKV_AWS_158"],
  onlyInProduction: true,
  problems: eachOf("aws:cloudwatch/logGroup:LogGroup", (log) =>
    Number(log.retentionInDays ?? 0) >= 365 && hasText(log, "kmsKeyId")
      ? undefined
      : "must be kept for 365 days and have a customer-managed key",
  ),
};
