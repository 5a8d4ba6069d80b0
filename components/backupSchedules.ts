import type { BackupsConfig } from "./backupsConfig";

/** Returns how often ages are measured, in hours: eight times within the shorter limit, at least daily, at most hourly. */
export function ageInterval(
  alerts: Pick<BackupsConfig["alerts"], "freshnessHours" | "drillFreshnessHours">,
): number {
  const limit = Math.min(alerts.freshnessHours, alerts.drillFreshnessHours);
  return Math.max(1, Math.min(24, Math.floor(limit / 8)));
}
