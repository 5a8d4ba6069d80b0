import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../config/aws/partition";
import { AwsWatch as Watch } from "../plugins/supabasex/sdk";
import type { AccessLogs } from "./accessLogs/accessLogs";
import type { AwsAccount } from "./awsAccount";
import type { BackupAlarms } from "./backupAlarms/backupAlarms";
import type { BackupBucket } from "./backupBucket/backupBucket";
import type { BackupNetwork } from "./backupNetwork/backupNetwork";
import type { BackupReplica } from "./backupReplica/backupReplica";
import { Component } from "./component";
import type { DatabaseMonitoring } from "./databaseMonitoring/databaseMonitoring";
import type { ScheduledBackup } from "./scheduledBackup/scheduledBackup";

export interface AwsWatchArgs {
  readonly account: AwsAccount;
  readonly bucket: BackupBucket;
  readonly backup: ScheduledBackup;
  readonly alarms: BackupAlarms;
  /** Names of the stack's schedules in the backup's group. */
  readonly otherSchedules: readonly string[];
  /** Names of the stack's log groups in addition to the backup's. */
  readonly otherLogGroups: readonly string[];
  /** The database probe, whose code is watched. Default: none. */
  readonly monitoring?: DatabaseMonitoring | undefined;
  /** Names of the stack's functions. */
  readonly functions: readonly string[];
  /** The access logs of the bucket. Default: none. */
  readonly accessLogs?: AccessLogs | undefined;
  /** What the names of the stack's alarms start with. */
  readonly alarmPrefixes: readonly string[];
  /** What the names of the stack's roles start with. */
  readonly rolePrefixes: readonly string[];
  /** Image of the tasks. */
  readonly image: pulumi.Input<string>;
  /** The stack's own network. Default: none; other networks are not watched. */
  readonly network?: BackupNetwork | undefined;
  /** Names of the stack's security groups in that network in addition to those of the tasks. */
  readonly otherSecurityGroups: readonly string[];
  /** Bucket settings that are resources of the stack, whose changes a refresh detects. */
  readonly ownBucketSettings: readonly ("logging" | "notification" | "replication")[];
  /** Name of the role that copies backups. The deployment that stops copying runs the watch before it deletes the rule. */
  readonly replicationRole: string;
  /** The copies in a second region. Default: none. */
  readonly replica?: BackupReplica | undefined;
  /** Accepted changes, by the names that a deployment prints. */
  readonly accept: readonly string[];
}

/**
 * Reports additions outside of the stack to topic, rules, schedules, cluster, log groups, functions, buckets, network, roles, key and
 * password, what mutes its alarms, other code of its functions, and permissions of others on what the account shares with it.
 */
export class AwsWatch extends Component {
  constructor(name: string, args: AwsWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AwsWatch", name, opts);
    const { account, bucket, backup, alarms, alarmPrefixes, monitoring, network, replica } = args;
    // Uses the configuration of the aws provider.
    const provider = new pulumi.Config("aws");
    new Watch(
      this.childName("additions"),
      {
        region: account.region,
        profile: provider.get("profile"),
        assumeRoles: provider.getObject("assumeRoles"),
        declared: {
          bucket: bucket.bucket.bucket,
          topic: alarms.ownTopicArn,
          subscriptions: alarms.subscriptions,
          targets: alarms.targets,
          scheduleGroup: backup.schedule.groupName,
          schedules: pulumi.output([...backup.scheduleNames, ...args.otherSchedules]),
          cluster: backup.cluster.arn,
          logGroups: [backup.logGroup.name, ...args.otherLogGroups],
          metricFilters: alarms.metricFilters,
          alarmPrefixes,
          rolePrefixes: args.rolePrefixes,
          image: args.image,
          deadLetterQueue: backup.deadLetterQueue.url,
          ...(args.accessLogs !== undefined && { accessLogs: args.accessLogs.bucket.bucket }),
          ...(args.functions.length > 0 && { functions: args.functions }),
          ...(monitoring !== undefined && {
            functionPrograms: pulumi
              .all([monitoring.probe.name, monitoring.probeProgram])
              .apply(([name, program]) => ({ [name]: program })),
          }),
          ...(bucket.key !== undefined && { key: bucket.key.arn }),
          secret: backup.passwordSecret.arn,
          replicationRole: pulumi
            .all([account.region, account.accountId])
            .apply(
              ([region, accountId]) =>
                `arn:${partitionOf(region)}:iam::${accountId}:role/${args.replicationRole}`,
            ),
          ...(args.ownBucketSettings.length > 0 && { bucketSettings: args.ownBucketSettings }),
          ...(replica !== undefined && {
            replica: {
              region: replica.region,
              bucket: replica.bucket.bucket,
              key: replica.key.arn,
              topic: replica.ownTopicArn,
              subscriptions: alarms.subscriptions,
              targets: replica.targets,
              bucketSettings: replica.ownBucketSettings,
              alarmPrefixes,
              ...(replica.deadLetterQueueUrl !== undefined && {
                deadLetterQueue: replica.deadLetterQueueUrl,
              }),
            },
          }),
          ...(network !== undefined && {
            network: {
              vpcId: network.vpcId,
              subnets: network.allSubnetIds,
              endpoints: [network.s3EndpointId],
              securityGroups: ["default", ...backup.securityGroupNames, ...args.otherSecurityGroups],
            },
          }),
        },
        accept: args.accept,
      },
      this.childOptions({
        dependsOn: [
          ...[bucket, backup, alarms],
          ...[replica, args.accessLogs, monitoring].filter((part) => part !== undefined),
        ],
      }),
    );
    this.registerOutputs({});
  }
}
