import { DeleteAlarmMuteRuleCommand, PutAlarmMuteRuleCommand } from "@aws-sdk/client-cloudwatch";
import {
  DeleteAccountPolicyCommand,
  DeleteMetricFilterCommand,
  type PolicyType,
  PutAccountPolicyCommand,
  PutMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateQueueCommand, DeleteQueueCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Addition } from "./addition";
import type { Clouds } from "./clouds";
import { setQueue } from "./furtherChange";

const elsewhere = "arn:aws:logs:us-east-1:210987654321:destination:of-somebody-else";

/** Returns a change that adds and removes a policy for all log groups of the account. */
const accountPolicy = (policyType: PolicyType, policyDocument: object) => ({
  add: async ({ logs }: Clouds) =>
    await logs.send(
      new PutAccountPolicyCommand({
        ...{ policyType, policyName: "manual", policyDocument: JSON.stringify(policyDocument) },
      }),
    ),
  remove: async ({ logs }: Clouds) =>
    await logs.send(new DeleteAccountPolicyCommand({ policyType, policyName: "manual" })),
});

/** What ends an alarm or hides its cause, and policies of the account that also apply to the stack's log groups. */
export const furtherAdditions: readonly Addition[] = [
  {
    name: "a metric filter publishes an age of zero with each line of the log, so the alarm on missing backups does not fire",
    by: "aws logs put-metric-filter",
    add: async ({ logs }, { logGroup: logGroupName }) =>
      await logs.send(
        new PutMetricFilterCommand({
          ...{ logGroupName, filterName: "manual", filterPattern: "" },
          metricTransformations: [
            { metricNamespace: "shop/backup", metricName: "BackupAge", metricValue: "0" },
          ],
        }),
      ),
    remove: async ({ logs }, { logGroup: logGroupName }) =>
      await logs.send(new DeleteMetricFilterCommand({ logGroupName, filterName: "manual" })),
    reports: "opens    log metric filter $logGroup manual: added: publishes shop/backup/BackupAge 0",
  },
  {
    name: "a rule mutes an alarm",
    by: "aws cloudwatch put-alarm-mute-rule",
    add: async ({ alarms }, { alarmName }) =>
      await alarms.send(
        new PutAlarmMuteRuleCommand({
          Name: "manual",
          Rule: { Schedule: { Expression: "cron(0 0 * * *)", Duration: "PT24H" } },
          MuteTargets: { AlarmNames: [alarmName] },
        }),
      ),
    remove: async ({ alarms }) =>
      await alarms.send(new DeleteAlarmMuteRuleCommand({ AlarmMuteRuleName: "manual" })),
    reports: "opens    alarm mute rule manual: added: cron(0 0 * * *) for PT24H: $alarmName",
  },
  {
    name: "the dead-letter queue moves its messages to another queue, which ends its alarm",
    by: "aws sqs set-queue-attributes --attributes RedrivePolicy",
    add: async (clouds, { queueUrl: id }) => {
      await clouds.sqs.send(new CreateQueueCommand({ QueueName: "of-another-owner" }));
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: "arn:aws:sqs:us-east-1:123456789012:of-another-owner",
        maxReceiveCount: 1,
      });
      await setQueue(clouds, { id }, { RedrivePolicy });
    },
    remove: async (clouds, { queueUrl: id }) => {
      await setQueue(clouds, { id }, { RedrivePolicy: "" });
      const { QueueUrl } = await clouds.sqs.send(new GetQueueUrlCommand({ QueueName: "of-another-owner" }));
      await clouds.sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
    reports: "opens    queue redrive $queueName: added: ",
  },
  {
    name: "a policy of the account forwards all log groups to another account",
    by: "aws logs put-account-policy --policy-type SUBSCRIPTION_FILTER_POLICY",
    ...accountPolicy("SUBSCRIPTION_FILTER_POLICY", { DestinationArn: elsewhere, FilterPattern: "" }),
    reports: `opens    log account policy subscription filter manual: added: to ${elsewhere}, policy `,
  },
  {
    name: "a policy of the account masks values in all log groups, also for metric filters",
    by: "aws logs put-account-policy --policy-type DATA_PROTECTION_POLICY",
    ...accountPolicy("DATA_PROTECTION_POLICY", { Name: "manual", Version: "2021-06-01", Statement: [] }),
    reports: "opens    log account policy data protection manual: added: policy ",
  },
  {
    name: "a policy of the account rewrites the lines of all log groups",
    by: "aws logs put-account-policy --policy-type TRANSFORMER_POLICY",
    ...accountPolicy("TRANSFORMER_POLICY", { deleteKeys: { withKeys: ["event"] } }),
    reports: "opens    log account policy transformer manual: added: policy ",
  },
];
