import * as pulumi from "@pulumi/pulumi";
import { AwsWatch as Watch } from "../plugins/supabasex/sdk";
import type { AwsAccount } from "./awsAccount";
import type { BackupAlarms } from "./backupAlarms/backupAlarms";
import type { BackupBucket } from "./backupBucket/backupBucket";
import type { BackupNetwork } from "./backupNetwork/backupNetwork";
import { Component } from "./component";
import type { ScheduledBackup } from "./scheduledBackup/scheduledBackup";

export interface AwsWatchArgs {
  readonly account: AwsAccount;
  readonly bucket: BackupBucket;
  readonly backup: ScheduledBackup;
  readonly alarms: BackupAlarms;
  /** Names of schedules of the stack in the group of the backup's. */
  readonly otherSchedules: readonly string[];
  /** Names of log groups of the stack beside the backup's. */
  readonly otherLogGroups: readonly string[];
  /** The network of the stack's own. Default: none, and no other is watched. */
  readonly network?: BackupNetwork | undefined;
  /** Names of security groups of the stack in that network beside those of the tasks. */
  readonly otherSecurityGroups: readonly string[];
  /** Settings of the bucket that are resources of the stack, whose changes a refresh finds. */
  readonly ownBucketSettings: readonly ("logging" | "notification")[];
  /** Changes that are taken over, as a deployment names them. */
  readonly accept: readonly string[];
}

/** Reports what somebody adds to topic, rules, schedules, cluster, log groups, bucket, network, key and password beside the stack. */
export class AwsWatch extends Component {
  constructor(name: string, args: AwsWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AwsWatch", name, opts);
    const { account, bucket, backup, alarms, network } = args;
    // As the aws provider itself is configured.
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
          ...(bucket.key !== undefined && { key: bucket.key.arn }),
          secret: backup.passwordSecret.arn,
          ...(args.ownBucketSettings.length > 0 && { bucketSettings: args.ownBucketSettings }),
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
      this.childOptions({ dependsOn: [bucket, backup, alarms] }),
    );
    this.registerOutputs({});
  }
}
