import { expect, test } from "vitest";
import type { BackupAlarmsArgs } from "../../components/backupAlarms/backupAlarms";
import type { BackupBucketArgs } from "../../components/backupBucket/backupBucket";
import type { BackupNetworkArgs } from "../../components/backupNetwork/backupNetwork";
import type { BackupReplicaArgs } from "../../components/backupReplica/backupReplica";
import type { DatabaseMonitoringArgs } from "../../components/databaseMonitoring/databaseMonitoring";
import type { ScheduledBackupArgs } from "../../components/scheduledBackup/scheduledBackupArgs";
import type { ParsedStackConfig } from "../../config/schema";

// A stack file can configure everything that a component supports. The compiler checks that: an argument that is neither a
// key of its area nor in the list of arguments that the program sets itself is an error here.
type Unreachable<Args, Area, Decided extends keyof Args> = Exclude<keyof Args, keyof Area | Decided>;

type Common = "account" | "tags";
type OfBucket = Unreachable<
  BackupBucketArgs,
  ParsedStackConfig["backup"],
  // The last one comes from the network.
  // `deletionAlarm`.
  Common | "physicalName" | "deletionProtection" | "existing" | "s3EndpointId" | "sendsEvents"
>;
type OfReplica = Unreachable<
  BackupReplicaArgs,
  ParsedStackConfig["backup"] & NonNullable<ParsedStackConfig["backup"]["replica"]>,
  | Common
  | "physicalName"
  | "source"
  | "deletionProtection"
  | "existing"
  // `alerts.emails`, and the topic of the other alarms.
  | "emails"
  | "sourceTopicArn"
>;
type OfNetwork = Unreachable<
  BackupNetworkArgs,
  ParsedStackConfig["backup"] & NonNullable<ParsedStackConfig["backup"]["network"]>,
  Common | "physicalName"
>;
type OfTasks = Unreachable<
  ScheduledBackupArgs,
  ParsedStackConfig["backup"],
  | Common
  | "physicalName"
  | "bucket"
  | "key"
  | "connection"
  | "network"
  | "deletionProtection"
  // From the limits of the alarms.
  | "ageIntervalHours"
  | "existingSecret"
>;
type OfAlarms = Unreachable<
  BackupAlarmsArgs,
  ParsedStackConfig["alerts"],
  | Common
  | "physicalName"
  | "logGroup"
  | "cluster"
  | "deadLetterQueue"
  | "key"
  | "bucketName"
  | "ageIntervalHours"
>;
type OfMonitoring = Unreachable<
  DatabaseMonitoringArgs,
  ParsedStackConfig["monitoring"],
  | Common
  | "physicalName"
  | "key"
  | "connection"
  | "network"
  | "deletionProtection"
  | "existingSecret"
  // Shared with the backups.
  | "topicArn"
  | "scheduleGroup"
  | "deadLetterQueue"
  | "permissionsBoundaryArn"
  | "secretRecoveryDays"
  // `api.exposedSchemas`.
  | "exposedSchemas"
>;

const none = <Unreached extends never>(...unreached: Unreached[]) => unreached;

test("every argument of an AWS component has a key in the configuration", () => {
  expect(none<OfBucket>()).toEqual([]);
  expect(none<OfReplica>()).toEqual([]);
  expect(none<OfNetwork>()).toEqual([]);
  expect(none<OfTasks>()).toEqual([]);
  expect(none<OfAlarms>()).toEqual([]);
  expect(none<OfMonitoring>()).toEqual([]);
});
