import type { BackupsConfig } from "./backupsConfig";

/** Returns the interval of measuring ages, in hours: an eighth of the shortest limit, between one hour and one day. */
export function ageInterval(
  alerts: Pick<BackupsConfig["alerts"], "freshnessHours" | "drillFreshnessHours" | "pruneFreshnessHours">,
): number {
  const limit = Math.min(alerts.freshnessHours, alerts.drillFreshnessHours, alerts.pruneFreshnessHours);
  return Math.max(1, Math.min(24, Math.floor(limit / 8)));
}
