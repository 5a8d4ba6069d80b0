import { GetTopicAttributesCommand, SetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, policy } from "../properties";
import { missingTopic } from "./topic";

type TopicPolicyState = { arn: string; policy: string; owner: string; region: string };

/** The policy of a topic; its id is the topic's ARN. */
export const topicPolicy = resource<Aws, TopicPolicyState>({
  inputs: { arn: fixedText, policy: { ...policy, required: true } },
  outputs: { owner: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, { TopicArn: state.arn, policy: state.policy, signal });
    return { id: state.arn };
  },

  async read(aws, id, _known, { signal }) {
    const sns = aws.use("sns");
    const found = await unlessMissing(
      sns.send(new GetTopicAttributesCommand({ TopicArn: id }), { abortSignal: signal }),
      ...missingTopic,
    );
    const policy = found?.Attributes?.Policy;
    if (!policy) return undefined;
    return { id, state: { arn: id, policy, owner: found?.Attributes?.Owner, region: aws.region } };
  },

  async update(aws, id, { after }, { signal }) {
    await put(aws, { TopicArn: id, policy: after.policy, signal });
  },

  async delete(aws, id, _state, { signal }) {
    // A topic always has a policy. The service's default only allows its own account.
    const account = id.split(":")[4] ?? "";
    const standard = {
      Version: "2008-10-17",
      Id: "__default_policy_ID",
      Statement: [
        {
          Sid: "__default_statement_ID",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
          Resource: id,
          Condition: { StringEquals: { "AWS:SourceOwner": account } },
        },
      ],
    };
    await unlessMissing(
      put(aws, { TopicArn: id, policy: JSON.stringify(standard), signal }),
      ...missingTopic,
    );
  },
});

async function put(
  aws: Aws,
  {
    TopicArn,
    policy,
    signal,
  }: { readonly TopicArn: string; readonly policy: string; readonly signal: AbortSignal },
): Promise<void> {
  const sns = aws.use("sns");
  await sns.send(
    new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue: policy }),
    { abortSignal: signal },
  );
}
