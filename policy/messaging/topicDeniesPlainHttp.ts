import { deniesPlainHttp } from "../documents";
import type { ResourceRule } from "../rule";

export const topicDeniesPlainHttp: ResourceRule = {
  name: "topic-denies-plain-http",
  description: "A topic refuses plain HTTP.",
  severity: "high",
  controls: ["AwsSolutions-SNS3"],
  types: ["aws:sns/topicPolicy:TopicPolicy"],
  problem: ({ policy }) => (deniesPlainHttp(policy) ? undefined : "must deny aws:SecureTransport false"),
};
