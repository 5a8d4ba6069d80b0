import { Queue } from "@pulumi/aws/sqs/queue";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import { awsNames } from "../awsNames";
import type { Children } from "../component";
import { queuePolicy } from "./policies";
import type { ScheduledBackupArgs } from "./scheduledBackupArgs";

const secondsPerDay = 24 * 3600;

/** Declares the queue for schedules that could not start their task, and for undelivered messages of failed tasks. */
export function deadLetterQueue(
  { account, physicalName, tags, key }: ScheduledBackupArgs,
  { name, options }: Children,
): Queue {
  const names = awsNames(physicalName);
  const queue = new Queue(
    name("dead-letters"),
    {
      name: names.deadLetterQueue,
      tags,
      messageRetentionSeconds: 14 * secondsPerDay,
      // A message may contain output of a failed task.
      ...(key === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: key.arn }),
    },
    options,
  );
  new QueuePolicy(
    name("dead-letters-policy"),
    {
      queueUrl: queue.url,
      policy: pulumi.all([queue.arn, account.accountId, account.region]).apply(([arn, accountId, region]) => {
        const rules = [names.failureRule, names.deletionRule].map(
          (rule) => `arn:${partitionOf(region)}:events:${region}:${accountId}:rule/${rule}`,
        );
        return JSON.stringify(queuePolicy(arn, rules));
      }),
    },
    options,
  );
  return queue;
}
