import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import type { Queue } from "@pulumi/aws/sqs/queue";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "../awsTags";
import type { Children } from "../component";

export interface TopicRuleArgs {
  /** Ends the logical names. */
  readonly purpose: string;
  readonly name: string;
  readonly description: string;
  readonly tags: AwsTags;
  /** What it matches. */
  readonly pattern: pulumi.Output<Record<string, unknown>>;
  /** What the topic says. */
  readonly message: {
    readonly inputPaths: Readonly<Record<string, string>>;
    readonly inputTemplate: string;
  };
  readonly topicArn: pulumi.Output<string>;
  readonly deadLetterQueue: Queue;
}

/** Id of the target of each rule. */
export const topicTarget = "alarm-topic";

/** Declares a rule that sends events to the topic of the alarms. */
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
      // A message that SNS does not take is kept, and `not-started` rings.
      deadLetterConfig: { arn: args.deadLetterQueue.arn },
    },
    options,
  );
}
