import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import type { Queue } from "@pulumi/aws/sqs/queue";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "../awsTags";
import type { Children } from "../component";

export interface TopicRuleArgs {
  /** The suffix of the logical names. */
  readonly purpose: string;
  readonly name: string;
  readonly description: string;
  readonly tags: AwsTags;
  /** The event pattern. */
  readonly pattern: pulumi.Output<Record<string, unknown>>;
  /** The topic's message. */
  readonly message: {
    readonly inputPaths: Readonly<Record<string, string>>;
    readonly inputTemplate: string;
  };
  readonly topicArn: pulumi.Output<string>;
  readonly deadLetterQueue: Queue;
}

/** The target id of each rule. */
export const topicTarget = "alarm-topic";

/** Declares a rule that sends events to the alarm topic. */
export function topicRule(args: TopicRuleArgs, { name, options }: Children): void {
  const { purpose } = args;
  const rule = new EventRule(
    name(purpose),
    {
      name: args.name,
      description: args.description,
      tags: args.tags,
      eventPattern: args.pattern.apply((pattern) => JSON.stringify(pattern)),
    },
    options,
  );
  new EventTarget(
    name(`${purpose}-target`),
    {
      rule: rule.name,
      targetId: topicTarget,
      arn: args.topicArn,
      inputTransformer: args.message,
      // A message that SNS does not accept is kept, and `not-started` fires.
      deadLetterConfig: { arn: args.deadLetterQueue.arn },
    },
    options,
  );
}
