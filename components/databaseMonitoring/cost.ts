import { type CostLine, rounded } from "../../cost/line";
import { prices } from "../../cost/prices";

/** Alarms of a probe, and metrics that it publishes; a test counts those that are declared. */
export const databaseMonitoringCounts = { alarms: 12, metrics: 13 } as const;

/** Memory of the function. */
export const probeMemoryMegabytes = 256;

/** What a run takes: connecting, nine queries and two calls of CloudWatch. */
const secondsPerRun = 2;
const cloudWatchCallsPerRun = 2;

/** Returns what measuring the database costs in a month. */
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
