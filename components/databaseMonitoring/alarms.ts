import { type ProbeMetricKey, probeMetrics } from "../../foundation/probeContract";

/** The thresholds of the database alarms; the names contain the units. */
export interface MonitoringThresholds {
  readonly connectionsPercent: number;
  readonly slowStatements: number;
  readonly failedJobRuns: number;
  readonly replicationSlotLagMegabytes: number;
  readonly databaseSizeGigabytes: number;
  readonly databaseGrowthMegabytesPerDay: number;
  readonly cacheHitPercent: number;
  readonly oldestTransactionMinutes: number;
  readonly blockedSessions: number;
  readonly tablesWithoutRowSecurity: number;
}

/** An alarm on one of the probe's metrics. */
export interface DatabaseAlarm {
  /** The suffix of the names. */
  readonly purpose: string;
  readonly metric: ProbeMetricKey;
  readonly description: string;
  readonly rings: "above" | "below";
  /** In the unit of the metric. */
  readonly threshold: number;
  /** The number of consecutive measurements above the threshold. */
  readonly measurements: number;
  /** Whether the alarm also fires if the metric is no longer published. */
  readonly ringsWhenMissing: boolean;
}

const megabyte = 1024 * 1024;

/** Returns all alarms. */
export function databaseAlarms(thresholds: MonitoringThresholds): DatabaseAlarm[] {
  const above = (
    purpose: string,
    metric: ProbeMetricKey,
    threshold: number,
    { description }: { readonly description: string },
  ): DatabaseAlarm => ({
    ...{ purpose, metric, threshold, description },
    ...{ rings: "above", measurements: 1, ringsWhenMissing: false },
  });
  return [
    {
      purpose: "unreachable",
      metric: "reachable",
      description: "The probe cannot reach the database, or does not run",
      rings: "below",
      threshold: 1,
      // A single failure may be a restart.
      measurements: 2,
      ringsWhenMissing: true,
    },
    above("incomplete", "failedMeasurements", 0, {
      description: "A measurement of the probe failed; its log names it",
    }),
    above("connections", "connectionsPercent", thresholds.connectionsPercent, {
      description: `More than ${thresholds.connectionsPercent} % of the connections that the server allows are in use`,
    }),
    above("slow-statements", "slowStatements", thresholds.slowStatements, {
      description: `More than ${thresholds.slowStatements} statements of the application are slow`,
    }),
    above("failed-jobs", "failedJobRuns", thresholds.failedJobRuns, {
      description: `More than ${thresholds.failedJobRuns} runs of scheduled jobs failed within an hour`,
    }),
    above("replication-slot-lag", "replicationSlotLag", thresholds.replicationSlotLagMegabytes * megabyte, {
      description: `A replication slot keeps more than ${thresholds.replicationSlotLagMegabytes} MB of WAL`,
    }),
    above("database-size", "databaseSize", thresholds.databaseSizeGigabytes * 1024 * megabyte, {
      description: `The database is larger than ${thresholds.databaseSizeGigabytes} GB`,
    }),
    above("database-growth", "databaseGrowth", thresholds.databaseGrowthMegabytesPerDay * megabyte, {
      description: `The database grew by more than ${thresholds.databaseGrowthMegabytesPerDay} MB within a day`,
    }),
    {
      ...above("cache-hit-rate", "cacheHitRate", thresholds.cacheHitPercent, {
        description: `Less than ${thresholds.cacheHitPercent} % of the blocks that were read were in memory`,
      }),
      rings: "below",
      measurements: 3,
    },
    above("oldest-transaction", "oldestTransaction", thresholds.oldestTransactionMinutes * 60, {
      description: `A transaction is open for more than ${thresholds.oldestTransactionMinutes} minutes`,
    }),
    above("blocked-sessions", "blockedSessions", thresholds.blockedSessions, {
      description: `More than ${thresholds.blockedSessions} sessions wait for a lock`,
    }),
    above("row-security", "tablesWithoutRowSecurity", thresholds.tablesWithoutRowSecurity, {
      description: `More than ${thresholds.tablesWithoutRowSecurity} tables that clients reach have no row-level security`,
    }),
  ];
}

/** Returns the name and unit of an alarm's metric in CloudWatch. */
export const metricOf = ({ metric }: DatabaseAlarm) => probeMetrics[metric];
