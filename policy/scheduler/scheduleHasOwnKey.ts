import { withoutOwnKey } from "../documents";
import { eachOf, type StackRule } from "../rule";

export const scheduleHasOwnKey: StackRule = {
  name: "schedule-has-own-key",
  description: "In production a schedule is encrypted with a customer-managed key.",
  severity: "low",
  controls: ["CKV_AWS_297"],
  onlyInProduction: true,
  problems: eachOf("aws:scheduler/schedule:Schedule", (schedule) => withoutOwnKey(schedule, "kmsKeyArn")),
};
