import { awsNames, partPrefixes } from "../components/awsNames";
import { AwsWatch } from "../components/awsWatch";
import type { DatabaseMonitoring } from "../components/databaseMonitoring/databaseMonitoring";
import { commonArgs } from "./awsCommon";
import { type Backups, sendsEvents } from "./backups";
import type { BackupsConfig } from "./backupsConfig";

/** Declares the watch of what others add to the AWS part of the stack. It runs last, because it compares the deployed code too. */
export function declareAwsWatch(
  config: BackupsConfig,
  { bucket, accessLogs, backup, alarms, replica, network }: Backups,
  monitoring: DatabaseMonitoring | undefined,
): void {
  const common = commonArgs(config);
  const names = awsNames(common.physicalName);
  const isMonitored = monitoring !== undefined;
  new AwsWatch("aws-watch", {
    account: common.account,
    accessLogs,
    alarmPrefixes: partPrefixes(common.physicalName),
    rolePrefixes: partPrefixes(common.physicalName),
    image: config.backup.image,
    bucket,
    backup,
    alarms,
    // For the database monitoring, whose schedule is in the same group.
    otherSchedules: isMonitored ? [names.databaseProbe] : [],
    otherLogGroups: [
      ...(isMonitored ? [names.databaseProbeLogGroup] : []),
      ...(network.own === undefined ? [] : [names.networkLogGroup]),
    ],
    monitoring,
    functions: isMonitored ? [names.databaseProbe] : [],
    network: network.own,
    ownBucketSettings: [
      ...(sendsEvents(config) ? (["notification"] as const) : []),
      ...(config.backup.accessLogs === undefined ? [] : (["logging"] as const)),
      ...(replica === undefined ? [] : (["replication"] as const)),
    ],
    replicationRole: names.replicationRole,
    replica,
    otherSecurityGroups: isMonitored ? [names.databaseProbe] : [],
    accept: config.project.accept,
  });
}
