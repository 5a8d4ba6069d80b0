import type { DatabaseConnection } from "../components/databaseConnection";
import { DatabaseMonitoring } from "../components/databaseMonitoring/databaseMonitoring";
import type { StackConfig } from "../config";
import { commonArgs, secretArgs } from "./awsCommon";
import type { Backups } from "./backups";
import type { BackupsConfig } from "./backupsConfig";

/** The areas of the configuration that the monitoring of a stack reads. */
export type MonitoringConfig = BackupsConfig & Pick<StackConfig, "api">;

/**
 * Declares the database probe with its alarms and dashboard; nothing if `monitoring.enabled` is false. It shares topic,
 * key, schedule group and dead-letter queue with the backups. `connection` is that of the role `monitoring`.
 */
export function declareMonitoring(
  config: MonitoringConfig,
  connection: DatabaseConnection,
  { bucket, backup, alarms, network }: Backups,
): DatabaseMonitoring | undefined {
  const { monitoring } = config;
  if (!monitoring.enabled) return undefined;
  return new DatabaseMonitoring("database-monitoring", {
    ...commonArgs(config),
    intervalMinutes: monitoring.intervalMinutes,
    slowStatementMilliseconds: monitoring.slowStatementMilliseconds,
    blockedSeconds: monitoring.blockedSeconds,
    thresholds: monitoring.thresholds,
    logRetentionDays: monitoring.logRetentionDays,
    ...secretArgs(config, "monitoring"),
    connection,
    network: network.functions,
    exposedSchemas: config.api.exposedSchemas,
    key: bucket.key,
    topicArn: alarms.topicArn,
    scheduleGroup: backup.scheduleGroup,
    deadLetterQueue: backup.deadLetterQueue,
    permissionsBoundaryArn: config.backup.permissionsBoundaryArn,
    deletionProtection: config.project.deletionProtection,
  });
}
