import { SetTopicAttributesCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { type Case, output, policyFor } from "./case";

/** Cases of SNS, each after those on which it depends. */
export const snsCases: readonly Case[] = [
  {
    token: "aws:sns/topic:Topic",
    inputs: () => ({ name: "specimen", displayName: "Specimen" }),
    changeManually: async (aws, id) =>
      aws.use("sns").send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "DisplayName",
          AttributeValue: "Other",
        }),
      ),
    found: { displayName: "update" },
  },
  {
    token: "aws:sns/topicPolicy:TopicPolicy",
    inputs: (world) => ({
      arn: output(world, "Topic", "arn"),
      policy: policyFor("sns:Publish", output(world, "Topic", "arn")),
    }),
    changeManually: async (aws, id) =>
      aws.use("sns").send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: "Policy",
          AttributeValue: policyFor("sns:Subscribe", id),
        }),
      ),
    found: { policy: "update" },
  },
  {
    token: "aws:sns/topicSubscription:TopicSubscription",
    inputs: (world) => ({
      topic: output(world, "Topic", "arn"),
      protocol: "email",
      endpoint: "operations@example.com",
    }),
    changeManually: async (aws, id) => aws.use("sns").send(new UnsubscribeCommand({ SubscriptionArn: id })),
    found: "gone",
  },
];
