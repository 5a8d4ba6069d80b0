/** Returns the name of a role of the tasks, by its purpose. */
export const backupRoleName = (prefix: string, purpose: string): string => `${prefix}-backup-${purpose}`;

/** Returns the names of a stack's resources in AWS, all with its resource prefix. The check for other owners compares them too. */
export function awsNames(prefix: string) {
  return {
    logGroup: `/${prefix}/backup`,
    passwordSecret: `${prefix}/backup/database-password`,
    cluster: `${prefix}-backup`,
    scheduleGroup: `${prefix}-backup`,
    deadLetterQueue: `${prefix}-backup-dead-letters`,
    failureRule: `${prefix}-backup-failed`,
    deletionRule: `${prefix}-backup-deleted`,
    /** The next two are in the region of the copies. */
    replicaDeadLetterQueue: `${prefix}-backup-replica-dead-letters`,
    replicaDeletionRule: `${prefix}-backup-replica-deleted`,
    keyAlias: `alias/${prefix}-backup`,
    alarmTopic: `${prefix}-backup-alarms`,
    schedulerRole: backupRoleName(prefix, "scheduler"),
    replicationRole: backupRoleName(prefix, "replication"),
    metricNamespace: `${prefix}/backup`,
    databaseProbe: `${prefix}-monitoring`,
    databaseProbeLogGroup: `/${prefix}/monitoring`,
    monitoringPasswordSecret: `${prefix}/monitoring/database-password`,
    networkLogGroup: `/${prefix}/network`,
    databaseMetricNamespace: `${prefix}/database`,
    databaseDashboard: `${prefix}-database`,
  } as const;
}

/** Returns the prefixes of the names of a stack's alarms and roles. */
export const partPrefixes = (prefix: string): readonly string[] => [
  `${prefix}-backup-`,
  `${prefix}-monitoring-`,
];

/** Tags `Name` of the subnets of the stack's own network, by which the next deployment finds them. */
export function subnetNames(prefix: string) {
  return {
    public: `${prefix}-backup-public`,
    "private-1": `${prefix}-backup-private-1`,
    "private-2": `${prefix}-backup-private-2`,
  } as const;
}
