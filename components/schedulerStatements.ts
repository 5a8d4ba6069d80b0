import { useKey } from "./keyStatements";
import type { PolicyStatement } from "./policyDocument";

/**
 * Returns the permissions of every schedule's role in addition to its call: read itself, and send failed calls to the
 * queue.
 */
export function schedulerStatements(args: {
  readonly region: string;
  readonly deadLetterQueueArn: string;
  readonly keyArn: string | undefined;
}): PolicyStatement[] {
  return [
    {
      Sid: "SendToDeadLetterQueue",
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Resource: args.deadLetterQueueArn,
    },
    ...useKey("ReadSchedule", {
      keyArn: args.keyArn,
      actions: ["kms:Decrypt"],
      viaService: `scheduler.${args.region}.amazonaws.com`,
    }),
    ...useKey("EncryptDeadLetters", {
      keyArn: args.keyArn,
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      viaService: `sqs.${args.region}.amazonaws.com`,
    }),
  ];
}
