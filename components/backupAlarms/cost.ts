import type { CostLine } from "../../cost/line";
import { prices } from "../../cost/prices";

/**
 * The number of alarms, and of the metrics that metric filters create for them. A test counts those that `BackupAlarms`
 * declares.
 */
export const backupAlarmCounts = { alarms: 6, metrics: 7 } as const;

/** Returns the monthly cost of the alarms. Up to a thousand emails are free. */
export function backupAlarmsCost(): CostLine[] {
  const { alarms, metrics } = backupAlarmCounts;
  return [
    { what: "Alarms", quantity: String(alarms), usd: alarms * prices.cloudWatch.alarm },
    { what: "Metrics", quantity: String(metrics), usd: metrics * prices.cloudWatch.metric },
  ];
}
