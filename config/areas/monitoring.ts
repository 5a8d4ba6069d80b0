import * as z from "zod";
import { logRetentionDays } from "../aws/logRetention";
import { integer } from "../fields";

/** The probe that measures the database, and the thresholds of its alarms. */
export const monitoringSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: "Whether a function in AWS measures the database on a schedule.",
  }),
  intervalMinutes: integer(1, 60).default(5).meta({ description: "How often to measure." }),
  slowStatementMilliseconds: integer(1, 3_600_000).default(1000).meta({
    description:
      "Mean time above which a statement of the application is slow; statements with fewer than ten calls do not count.",
  }),
  blockedSeconds: integer(0, 86_400).default(30).meta({
    description: "How long a session must wait for a lock to count as blocked.",
  }),
  thresholds: z
    .strictObject({
      connectionsPercent: integer(1, 100).default(80).meta({
        description: "Alarm when a larger percentage of the allowed connections is in use.",
      }),
      slowStatements: integer(0, 5000)
        .default(5)
        .meta({ description: "Alarm when more statements are slow." }),
      failedJobRuns: integer(0, 10_000).default(0).meta({
        description: "Alarm when more runs of scheduled jobs failed within an hour.",
      }),
      replicationSlotLagMegabytes: integer(1, 1_000_000).default(1024).meta({
        description: "Alarm when a replication slot retains more WAL.",
      }),
      databaseSizeGigabytes: integer(1, 60_000).default(8).meta({
        description: "Alarm when the database is larger; the disk that Supabase's plan includes has 8 GB.",
      }),
      databaseGrowthMegabytesPerDay: integer(1, 1_000_000).default(1024).meta({
        description: "Alarm when the database grew by more within a day.",
      }),
      cacheHitPercent: integer(1, 100).default(95).meta({
        description: "Alarm when a smaller percentage of the blocks that were read was found in memory.",
      }),
      oldestTransactionMinutes: integer(1, 10_080).default(30).meta({
        description: "Alarm when a transaction is open for longer; the backup's does not count.",
      }),
      blockedSessions: integer(0, 10_000).default(0).meta({
        description: "Alarm when more sessions are blocked.",
      }),
      tablesWithoutRowSecurity: integer(0, 10_000).default(0).meta({
        description: "Alarm when more tables that clients can reach have no row-level security.",
      }),
    })
    .prefault({}),
  logRetentionDays: z
    .union(logRetentionDays.map((days) => z.literal(days)))
    .default(365)
    .meta({ description: "Days to keep the probe's log." }),
});
