import { deniesPlainHttp } from "../documents";
import type { ResourceRule } from "../rule";

export const queueDeniesPlainHttp: ResourceRule = {
  name: "queue-denies-plain-http",
  description: "A queue refuses plain HTTP.",
  severity: "high",
  controls: ["AwsSolutions-SQS4"],
  types: ["aws:sqs/queuePolicy:QueuePolicy"],
  problem: ({ policy }) => (deniesPlainHttp(policy) ? undefined : "must deny aws:SecureTransport false"),
};
