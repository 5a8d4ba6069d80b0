import type { ResourceRule } from "../rule";
import { listOf } from "../rule";

export const alarmRings: ResourceRule = {
  name: "alarm-rings",
  description: "An alarm notifies someone.",
  severity: "high",
  controls: ["CKV_AWS_319"],
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  problem: ({ actionsEnabled, alarmActions }) =>
    actionsEnabled !== false && listOf(alarmActions).length > 0
      ? undefined
      : "must have an action that is enabled",
};
