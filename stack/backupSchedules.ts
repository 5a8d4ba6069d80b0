import type { BackupsConfig } from "./backupsConfig";

/** Returns the interval of measuring ages, in hours: an eighth of the shorter limit, between one hour and one day. */
export function ageInterval(
  alerts: Pick<BackupsConfig["alerts"], "freshnessHours" | "drillFreshnessHours">,
): number {
  const limit = Math.min(alerts.freshnessHours, alerts.drillFreshnessHours);
  return Math.max(1, Math.min(24, Math.floor(limit / 8)));
}
