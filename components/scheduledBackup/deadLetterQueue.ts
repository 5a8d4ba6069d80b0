import type { Key } from "@pulumi/aws/kms/key";
import { Queue } from "@pulumi/aws/sqs/queue";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import type { AwsAccount } from "../awsAccount";
import type { AwsTags } from "../awsTags";
import type { Children } from "../component";
import { queuePolicy } from "./policies";

const secondsPerDay = 24 * 3600;

export interface DeadLetterQueueArgs {
  readonly account: AwsAccount;
  readonly queueName: string;
  readonly tags: AwsTags;
  /** Encrypts the queue. Default: a key of SQS. */
  readonly key?: Key | undefined;
  /** Names of the event rules whose undelivered messages it keeps. */
  readonly rules: readonly string[];
}

/** Returns the half of an alarm that fires while a dead-letter queue has messages. */
export const hasMessages = (queue: Queue) => ({
  namespace: "AWS/SQS",
  metricName: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: queue.name },
  statistic: "Maximum",
  comparisonOperator: "GreaterThanThreshold",
  threshold: 0,
  period: 300,
  evaluationPeriods: 1,
  treatMissingData: "notBreaching",
});

/** Declares the queue of a region for undelivered messages of event rules, and for schedules that could not start their task. */
export function deadLetterQueue(
  { account, queueName, tags, key, rules }: DeadLetterQueueArgs,
  { name, options }: Children,
): Queue {
  const queue = new Queue(
    name("dead-letters"),
    {
      name: queueName,
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
        const place = `arn:${partitionOf(region)}:events:${region}:${accountId}`;
        const ruleArns = rules.map((rule) => `${place}:rule/${rule}`);
        return JSON.stringify(queuePolicy(arn, ruleArns));
      }),
    },
    options,
  );
  return queue;
}
