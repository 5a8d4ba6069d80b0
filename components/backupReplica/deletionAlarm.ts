import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import type { Key } from "@pulumi/aws/kms/key";
import type { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketNotification } from "@pulumi/aws/s3/bucketNotification";
import type { Queue } from "@pulumi/aws/sqs/queue";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { deletedBackupMessage, deletedBackupPattern } from "../backupAlarms/deletedBackup";
import { topicRule, topicTarget } from "../backupAlarms/topicRule";
import type { Children } from "../component";
import { deadLetterQueue, hasMessages } from "../scheduledBackup/deadLetterQueue";

export interface DeletionAlarmArgs {
  /** The account, and the region of the copies. */
  readonly account: AwsAccount;
  readonly physicalName: string;
  readonly tags: AwsTags;
  /** The bucket with the copies. */
  readonly bucket: Bucket;
  /** Options of the bucket's settings. */
  readonly settings: pulumi.CustomResourceOptions;
  readonly key: Key;
  /** Topic in the region of the copies. */
  readonly topicArn: pulumi.Output<string>;
}

/** Returns the name of the rule → ids of its targets. */
export const deletionTargets = (physicalName: string): Readonly<Record<string, readonly string[]>> => ({
  [awsNames(physicalName).replicaDeletionRule]: [topicTarget],
});

/**
 * Reports permanently deleted copies to the topic, as `BackupAlarms` does for the backups. Events stay in their region, so this region
 * has its own rule and dead-letter queue, and an alarm on messages that did not arrive. Returns the queue.
 */
export function deletionAlarm(args: DeletionAlarmArgs, { name, options }: Children): Queue {
  const { physicalName, tags, bucket, topicArn } = args;
  const { replicaDeletionRule, replicaDeadLetterQueue } = awsNames(physicalName);
  new BucketNotification(
    name("events"),
    { bucket: bucket.bucket, eventbridge: true },
    // If it is switched off, the bucket stays, and a setting that is not declared is reported as a manual change.
    { ...args.settings, retainOnDelete: false },
  );
  const queue = deadLetterQueue(
    { ...args, queueName: replicaDeadLetterQueue, rules: [replicaDeletionRule] },
    { name, options },
  );
  topicRule(
    {
      ...{ tags, topicArn, deadLetterQueue: queue },
      purpose: "deleted",
      name: replicaDeletionRule,
      description: "The copy of a part of a backup was deleted for good",
      pattern: bucket.bucket.apply(deletedBackupPattern),
      message: deletedBackupMessage,
    },
    { name, options },
  );
  new MetricAlarm(
    name("undelivered"),
    {
      tags,
      name: `${physicalName}-backup-replica-undelivered`,
      alarmDescription: "The message about a deleted copy did not arrive: see the dead-letter queue",
      ...hasMessages(queue),
      alarmActions: [topicArn],
      okActions: [topicArn],
    },
    options,
  );
  return queue;
}
