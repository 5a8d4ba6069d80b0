import type { CostLine } from "../../cost/line";
import { prices } from "../../cost/prices";

/** Alarms, and metrics that metric filters make for them; a test counts those that `BackupAlarms` declares. */
export const backupAlarmCounts = { alarms: 6, metrics: 7 } as const;

/** Returns what the alarms cost in a month. Mails are free up to a thousand. */
export function backupAlarmsCost(): CostLine[] {
  const { alarms, metrics } = backupAlarmCounts;
  return [
    { what: "Alarms", quantity: String(alarms), usd: alarms * prices.cloudWatch.alarm },
    { what: "Metrics", quantity: String(metrics), usd: metrics * prices.cloudWatch.metric },
  ];
}
