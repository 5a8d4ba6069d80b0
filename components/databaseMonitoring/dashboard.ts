import { type ProbeMetricKey, probeMetrics } from "../../foundation/probeContract";
import type { DatabaseAlarm } from "./alarms";

/** The content of a widget: metrics of one unit. */
const widgets: readonly { readonly title: string; readonly metrics: readonly ProbeMetricKey[] }[] = [
  { title: "Reachable", metrics: ["reachable", "failedMeasurements"] },
  { title: "Connections", metrics: ["connections"] },
  { title: "Connections of the limit", metrics: ["connectionsPercent"] },
  { title: "Slow statements", metrics: ["slowStatements"] },
  { title: "Failed job runs", metrics: ["failedJobRuns"] },
  { title: "Replication slot lag", metrics: ["replicationSlotLag"] },
  { title: "Database size", metrics: ["databaseSize"] },
  { title: "Growth in a day", metrics: ["databaseGrowth"] },
  { title: "Cache hit rate", metrics: ["cacheHitRate"] },
  { title: "Oldest transaction", metrics: ["oldestTransaction"] },
  { title: "Blocked sessions", metrics: ["blockedSessions"] },
  { title: "Tables without row-level security", metrics: ["tablesWithoutRowSecurity"] },
];

const columns = 3;
const [width, height] = [8, 6];

/** Returns the body of a dashboard with a widget for each kind of metric and the thresholds of the alarms. */
export function dashboardBody(args: {
  readonly namespace: string;
  readonly region: string;
  readonly periodSeconds: number;
  readonly alarms: readonly DatabaseAlarm[];
}): Record<string, unknown> {
  const { namespace, region, periodSeconds, alarms } = args;
  return {
    widgets: widgets.map(({ title, metrics }, index) => ({
      type: "metric",
      x: (index % columns) * width,
      y: Math.floor(index / columns) * height,
      width,
      height,
      properties: {
        title,
        region,
        view: "timeSeries",
        stat: "Maximum",
        period: periodSeconds,
        metrics: metrics.map((metric) => [namespace, probeMetrics[metric].name]),
        annotations: {
          horizontal: alarms
            .filter(({ metric }) => metrics.includes(metric))
            .map(({ threshold, rings }) => ({ value: threshold, label: `alarm ${rings}` })),
        },
      },
    })),
  };
}
