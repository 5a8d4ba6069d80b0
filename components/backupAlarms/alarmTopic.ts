import { Topic } from "@pulumi/aws/sns/topic";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "../awsTags";
import type { Children } from "../component";
import { topicPolicyDocument } from "./topicPolicyDocument";

export interface AlarmTopicArgs {
  readonly name: string;
  readonly tags: AwsTags;
  readonly accountId: pulumi.Input<string>;
  /** Encrypts the topic. Default: no encryption, because alarms cannot use the key that AWS manages. */
  readonly keyArn: pulumi.Output<string> | undefined;
  /** Addresses to which the topic sends mail after they have confirmed. */
  readonly emails: readonly string[];
}

/** Declares a topic to which alarms of the account in the same region may publish, and returns its ARN. */
export function alarmTopic(args: AlarmTopicArgs, { name, options }: Children): pulumi.Output<string> {
  const topic = new Topic(
    name("topic"),
    { name: args.name, kmsMasterKeyId: args.keyArn, tags: args.tags },
    options,
  );
  new TopicPolicy(
    name("topic-policy"),
    {
      arn: topic.arn,
      policy: pulumi
        .all([topic.arn, args.accountId])
        .apply(([topicArn, accountId]) => JSON.stringify(topicPolicyDocument(topicArn, accountId))),
    },
    options,
  );
  for (const email of args.emails) {
    new TopicSubscription(
      name(`mail-${email}`),
      { topic: topic.arn, protocol: "email", endpoint: email },
      options,
    );
  }
  return topic.arn;
}
