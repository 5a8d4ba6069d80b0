/**
 * What the database probe and the stack agree on: the stack renders the function, its policy, alarms and dashboard, and never imports
 * the program.
 */

/** The Lambda function of the probe: one file, and beside it the certificate of the database's authority. */
export const probeFunction = {
  /** The bundle below the root of the checkout, which `npm run build` writes. */
  bundle: "dist/probe.cjs",
  /** The bundle's name in the function. */
  file: "probe.cjs",
  /** The file without its ending, then the function that it exports. */
  handler: "probe.handler",
  runtime: "nodejs22.x",
  /** Folder into which Lambda unpacks the archive. */
  folder: "/var/task",
  /** Longer than connecting and all measurements may take together, in seconds. */
  timeoutSeconds: 120,
} as const;

/** Returns the name in the archive of a file of the checkout's folder `certificates/`, which is named as `certificates/<file>`. */
export function certificateInArchive(file: string): string {
  return `certificates/${file.replace(/^certificates\//, "")}`;
}

/** A CloudWatch metric of the probe. Its namespace belongs to one stack, so that it needs no dimension. */
export interface ProbeMetric {
  readonly name: string;
  readonly unit: "None" | "Count" | "Percent" | "Seconds" | "Bytes";
}

/** Every metric that the probe publishes. */
export const probeMetrics = {
  /** 1 where the probe could sign in, else 0. The others are missing then. */
  reachable: { name: "DatabaseReachable", unit: "None" },
  /** Measurements that failed, while others did not. */
  failedMeasurements: { name: "FailedMeasurements", unit: "Count" },
  /** Client sessions, of all databases of the server. */
  connections: { name: "Connections", unit: "Count" },
  /** The same, of what the server lets roles without special rights open. */
  connectionsPercent: { name: "ConnectionsPercent", unit: "Percent" },
  /** Statements of the application whose mean time is too long. */
  slowStatements: { name: "SlowStatements", unit: "Count" },
  /** Runs of scheduled jobs that failed within the last hour. */
  failedJobRuns: { name: "FailedJobRuns", unit: "Count" },
  /** WAL that the replication slot that is furthest behind keeps. */
  replicationSlotLag: { name: "ReplicationSlotLag", unit: "Bytes" },
  databaseSize: { name: "DatabaseSize", unit: "Bytes" },
  /** Against the size a day ago; missing until the probe has run for a day. */
  databaseGrowth: { name: "DatabaseGrowthPerDay", unit: "Bytes" },
  /** Share of blocks that were found in the server's memory, since its statistics began. Missing before the first one. */
  cacheHitRate: { name: "CacheHitRate", unit: "Percent" },
  /** Age of the oldest open transaction but the backup's, which lasts as long as a dump. */
  oldestTransaction: { name: "OldestTransaction", unit: "Seconds" },
  /** Sessions that wait for a lock for too long. */
  blockedSessions: { name: "BlockedSessions", unit: "Count" },
  /** Tables without row-level security in schemas that the Data API serves. */
  tablesWithoutRowSecurity: { name: "TablesWithoutRowSecurity", unit: "Count" },
} as const satisfies Readonly<Record<string, ProbeMetric>>;
export type ProbeMetricKey = keyof typeof probeMetrics;

/** Values of `event` in the lines of JSON that the probe writes to its log. */
export const probeEvents = {
  measured: "database measured",
  measurementFailed: "measurement failed",
  unreachable: "database unreachable",
} as const;

/** Variables that the stack sets for the function; Lambda itself sets AWS_REGION and credentials. */
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
