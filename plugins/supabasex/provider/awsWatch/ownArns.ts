import { partitionOf } from "../../../../config/aws/partition";
import type { DeclaredInAws } from "./declared";

type Place = Pick<DeclaredInAws, "account" | "region">;

export const isArn = (text: string): boolean => text.startsWith("arn:");

/** Returns the ARN of the dead-letter queue; undefined if there is none. */
export function queueArn(declared: Pick<DeclaredInAws, "deadLetterQueue"> & Place): string | undefined {
  const { account, region, deadLetterQueue } = declared;
  if (account === undefined || deadLetterQueue === undefined) return undefined;
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${deadLetterQueue.split("/").at(-1)}`;
}

/** Returns the ARNs of the resources that can start something or hold messages: cluster, functions, queue and topic. */
export function ownArns(declared: DeclaredInAws): string[] {
  const { account, region, cluster, functions, topic } = declared;
  const ofFunctions =
    account === undefined
      ? []
      : functions.map((name) => `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`);
  return [cluster, ...ofFunctions, queueArn(declared), topic].filter(
    (arn): arn is string => arn !== undefined && isArn(arn),
  );
}
