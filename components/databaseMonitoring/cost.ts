import { type CostLine, rounded } from "../../cost/line";
import { prices } from "../../cost/prices";

/** The number of alarms of a probe, and of the metrics that it publishes. A test counts the declared ones. */
export const databaseMonitoringCounts = { alarms: 12, metrics: 13 } as const;

/** Memory of the function. */
export const probeMemoryMegabytes = 256;

/** The duration of a run: connecting, nine queries and two CloudWatch calls. */
const secondsPerRun = 2;
const cloudWatchCallsPerRun = 2;

/** Returns the monthly cost of monitoring the database. */
export function databaseMonitoringCost({
  intervalMinutes,
}: {
  readonly intervalMinutes: number;
}): CostLine[] {
  const { cloudWatch, lambda, secretsManager, hoursPerMonth } = prices;
  const { alarms, metrics } = databaseMonitoringCounts;
  const runs = (hoursPerMonth * 60) / intervalMinutes;
  const gigabyteSeconds = (runs * secondsPerRun * probeMemoryMegabytes) / 1024;
  const calls = runs * cloudWatchCallsPerRun;
  return [
    { what: "Alarms", quantity: String(alarms), usd: alarms * cloudWatch.alarm },
    { what: "Metrics", quantity: String(metrics), usd: metrics * cloudWatch.metric },
    { what: "Dashboard", quantity: "1", usd: cloudWatch.dashboard },
    {
      what: "Lambda",
      quantity: `${rounded(runs)} runs of ${secondsPerRun} seconds`,
      usd: gigabyteSeconds * lambda.armGigabyteSecond + (runs / 1_000_000) * lambda.millionCalls,
    },
    {
      what: "CloudWatch requests",
      quantity: `${rounded(calls)}, and the password as often as the probe runs`,
      usd: (calls / 1000) * cloudWatch.thousandRequests + (runs / 10_000) * secretsManager.tenThousandCalls,
    },
    { what: "Secret", quantity: "1", usd: secretsManager.secret },
  ];
}
