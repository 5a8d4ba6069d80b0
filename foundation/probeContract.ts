/**
 * The contract between the database probe and the stack. The stack renders the function, its policy, alarms and dashboard without
 * importing the program.
 */

/** The Lambda function of the probe: one file, plus the CA certificate of the database. */
export const probeFunction = {
  /** The bundle below the root of the checkout, which `npm run build` writes. */
  bundle: "dist/probe.cjs",
  /** The bundle's name in the function. */
  file: "probe.cjs",
  /** The file name without extension, then the exported function. */
  handler: "probe.handler",
  runtime: "nodejs24.x",
  /** Folder into which Lambda unpacks the archive. */
  folder: "/var/task",
  /** Time limit in seconds, above the sum of the limits for connecting and all measurements. */
  timeoutSeconds: 120,
} as const;

/** Returns the name in the archive of a file `certificates/<file>` of the checkout. */
export function certificateInArchive(file: string): string {
  return `certificates/${file.replace(/^certificates\//, "")}`;
}

/** A CloudWatch metric of the probe. Its namespace belongs to one stack, so it needs no dimension. */
export interface ProbeMetric {
  readonly name: string;
  readonly unit: "None" | "Count" | "Percent" | "Seconds" | "Bytes";
}

/** Every metric that the probe publishes. */
export const probeMetrics = {
  /** 1 if the probe could sign in, else 0. If 0, the other metrics are missing. */
  reachable: { name: "DatabaseReachable", unit: "None" },
  /** Failed measurements, while others succeeded. */
  failedMeasurements: { name: "FailedMeasurements", unit: "Count" },
  /** Client sessions in all databases of the server. */
  connections: { name: "Connections", unit: "Count" },
  /** Client sessions as a share of those that unprivileged roles may open. */
  connectionsPercent: { name: "ConnectionsPercent", unit: "Percent" },
  /** Slow statements of the application, by mean time. */
  slowStatements: { name: "SlowStatements", unit: "Count" },
  /** Runs of scheduled jobs that failed within the last hour. */
  failedJobRuns: { name: "FailedJobRuns", unit: "Count" },
  /** WAL that the replication slot with the largest lag retains. */
  replicationSlotLag: { name: "ReplicationSlotLag", unit: "Bytes" },
  databaseSize: { name: "DatabaseSize", unit: "Bytes" },
  /** Growth since yesterday. Missing until the probe has run for a day. */
  databaseGrowth: { name: "DatabaseGrowthPerDay", unit: "Bytes" },
  /** Share of blocks found in the server's cache, since the last statistics reset. Missing before the first read. */
  cacheHitRate: { name: "CacheHitRate", unit: "Percent" },
  /** Age of the oldest open transaction, except the backup's, which lasts as long as a dump. */
  oldestTransaction: { name: "OldestTransaction", unit: "Seconds" },
  /** Sessions that have waited too long for a lock. */
  blockedSessions: { name: "BlockedSessions", unit: "Count" },
  /** Tables without row-level security in schemas that the Data API serves. */
  tablesWithoutRowSecurity: { name: "TablesWithoutRowSecurity", unit: "Count" },
} as const satisfies Readonly<Record<string, ProbeMetric>>;
export type ProbeMetricKey = keyof typeof probeMetrics;

/** Values of `event` in the JSON lines of the probe's log. */
export const probeEvents = {
  measured: "database measured",
  measurementFailed: "measurement failed",
  unreachable: "database unreachable",
} as const;

/** Variables that the stack sets for the function. Lambda itself sets AWS_REGION and credentials. */
export const probeVariables = [
  "PGDATABASE",
  "PGHOST",
  "PGPORT",
  "PGSSLMODE",
  "PGSSLROOTCERT",
  "PGUSER",
  "PROBE_BLOCKED_SECONDS",
  "PROBE_EXPOSED_SCHEMAS",
  "PROBE_METRIC_NAMESPACE",
  "PROBE_PASSWORD_SECRET_ARN",
  "PROBE_SLOW_STATEMENT_MILLISECONDS",
] as const;
export type ProbeVariable = (typeof probeVariables)[number];
