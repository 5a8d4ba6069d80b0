import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type Case, output, policyFor, text } from "./case";

/** Cases of SQS, each after those on which it depends. */
export const sqsCases: readonly Case[] = [
  {
    token: "aws:sqs/queue:Queue",
    inputs: () => ({ name: "specimen", messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true }),
    changeManually: async (aws, id) =>
      aws.use("sqs").send(
        new SetQueueAttributesCommand({
          QueueUrl: id,
          Attributes: { MessageRetentionPeriod: "60" },
        }),
      ),
    found: { messageRetentionSeconds: "update" },
  },
  {
    token: "aws:sqs/queuePolicy:QueuePolicy",
    inputs: (world) => ({
      queueUrl: output(world, "Queue", "url"),
      policy: policyFor("sqs:SendMessage", output(world, "Queue", "arn")),
    }),
    changeManually: async (aws, id, outputs) =>
      aws.use("sqs").send(
        new SetQueueAttributesCommand({
          QueueUrl: id,
          Attributes: { Policy: text(outputs.policy).replace("Deny", "Allow") },
        }),
      ),
    found: { policy: "update" },
  },
];
