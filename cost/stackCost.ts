import { backupAlarmsCost } from "../components/backupAlarms/cost";
import { backupBucketCost } from "../components/backupBucket/cost";
import { backupNetworkCost } from "../components/backupNetwork/cost";
import { backupReplicaCost } from "../components/backupReplica/cost";
import { databaseMonitoringCost } from "../components/databaseMonitoring/cost";
import { scheduledBackupCost } from "../components/scheduledBackup/cost";
import { supabaseProjectCost } from "../components/supabaseProject/cost";
import type { alertsSchema } from "../config/areas/alerts";
import type { backupSchema } from "../config/areas/backup";
import type { monitoringSchema } from "../config/areas/monitoring";
import type { projectSchema } from "../config/areas/project";
import { parseSchedule, runsPerMonth } from "../config/aws/schedule";
import { ageInterval } from "../stack/ageInterval";
import type { CostLine, Usage } from "./line";
import { prices } from "./prices";

export interface StackAreas {
  readonly project: ReturnType<typeof projectSchema.parse>;
  readonly backup: ReturnType<typeof backupSchema.parse>;
  readonly alerts: ReturnType<typeof alertsSchema.parse>;
  readonly monitoring: ReturnType<typeof monitoringSchema.parse>;
}

export interface CostOptions {
  /** Whether a network that is not the stack's own has a gateway endpoint for S3. */
  readonly hasS3Endpoint: boolean;
}

/** Returns what each component of a stack costs in a month. */
export function stackCost(
  { project, backup, alerts, monitoring }: StackAreas,
  usage: Usage,
  { hasS3Endpoint }: CostOptions,
): Readonly<Record<string, CostLine[]>> {
  const isProduction = project.environment === "production";
  const runs = {
    backup: runsOf(backup.schedule.expression),
    prune: runsOf(backup.pruneExpression),
    drill: runsOf(backup.drillExpression),
    age: prices.hoursPerMonth / ageInterval(alerts),
  };
  const probesPerMonth = monitoring.enabled ? (prices.hoursPerMonth * 60) / monitoring.intervalMinutes : 0;
  return {
    SupabaseProject: supabaseProjectCost(
      { instanceSize: project.instanceSize, backupsPerMonth: runs.backup },
      usage,
    ),
    BackupBucket: backupBucketCost(
      { ...backup, backupsPerMonth: runs.backup, ownKey: backup.ownKey ?? isProduction },
      usage,
    ),
    ...(backup.replica !== undefined && {
      BackupReplica: backupReplicaCost(
        { ...backup, backupsPerMonth: runs.backup, deletionAlarm: backup.deletionAlarm ?? isProduction },
        usage,
      ),
    }),
    ...(backup.network !== undefined && {
      BackupNetwork: backupNetworkCost({ runsPerMonth: runs, probesPerMonth }),
    }),
    ScheduledBackup: scheduledBackupCost(
      { ...backup, runsPerMonth: runs, hasS3Endpoint: hasS3Endpoint || backup.network !== undefined },
      usage,
    ),
    BackupAlarms: backupAlarmsCost(),
    DatabaseMonitoring: monitoring.enabled ? databaseMonitoringCost(monitoring) : [],
  };
}

function runsOf(expression: string): number {
  const schedule = parseSchedule(expression);
  if ("problem" in schedule) throw new Error(`${expression} ${schedule.problem}`);
  return runsPerMonth(schedule);
}
