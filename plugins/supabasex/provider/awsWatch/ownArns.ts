import { arnIn } from "../../../../config/aws/arn";
import type { DeclaredInAws } from "./declared";

type Place = Pick<DeclaredInAws, "account" | "region">;

export const isArn = (text: string): boolean => text.startsWith("arn:");

/** Returns the ARN of the dead-letter queue; undefined if there is none. */
export function queueArn(declared: Pick<DeclaredInAws, "deadLetterQueue"> & Place): string | undefined {
  const { account, region, deadLetterQueue } = declared;
  if (account === undefined || deadLetterQueue === undefined) return undefined;
  return arnIn({ region, account }, "sqs", String(deadLetterQueue.split("/").at(-1)));
}

type WithArns = Pick<DeclaredInAws, "deadLetterQueue" | "topic"> &
  Partial<Pick<DeclaredInAws, "cluster" | "functions" | "logGroups">> &
  Place;

/**
 * Returns the ARNs of the resources that can start something or hold messages: cluster, functions, queue, topic and log groups. In the
 * region of the copies, the stack only has the last queue and topic.
 */
export function ownArns(declared: WithArns): string[] {
  const { account, region, cluster, functions = [], logGroups = [], topic } = declared;
  const named =
    account === undefined
      ? []
      : [
          ...functions.map((name) => arnIn({ region, account }, "lambda", `function:${name}`)),
          ...logGroups.map((group) => arnIn({ region, account }, "logs", `log-group:${group}`)),
        ];
  return [cluster, ...named, queueArn(declared), topic].filter(
    (arn): arn is string => arn !== undefined && isArn(arn),
  );
}

/** Returns whether an ARN is one of the stack, or has a qualifier: the version of a function, or the streams of a log group. */
export function isAmong(own: readonly string[], arn: string): boolean {
  return own.some((one) => arn === one || arn.startsWith(`${one}:`));
}
