import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
} from "@aws-sdk/client-sns";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, policy } from "../properties";

type TopicState = {
  name: string;
  displayName?: string;
  kmsMasterKeyId?: string;
  policy?: string;
  arn: string;
  owner: string;
  region: string;
};

export const missingTopic = ["NotFound", "NotFoundException"] as const;

/** Attributes that an update sets, and the service's names for them. */
const attributes = {
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  policy: "Policy",
} as const;
const names = Object.keys(attributes) as (keyof typeof attributes)[];

/** A standard topic; its id is its ARN. */
export const topic = resource<Aws, TopicState>({
  autoname: { maxLength: 256 },
  inputs: {
    name: fixedText,
    displayName: { type: "string" },
    kmsMasterKeyId: { type: "string" },
    policy: { ...policy, computed: true },
  },
  outputs: { arn: {}, owner: {}, region: {} },

  async create(aws, state, { signal }) {
    const sns = aws.use("sns");
    const set = names.filter((name) => state[name]).map((name) => [attributes[name], state[name] ?? ""]);
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({ Name: state.name, Attributes: Object.fromEntries(set) }),
      { abortSignal: signal },
    );
    return { id: present(TopicArn, "the topic's ARN") };
  },

  async read(aws, id, _known, { signal }) {
    const sns = aws.use("sns");
    const found = await unlessMissing(
      sns.send(new GetTopicAttributesCommand({ TopicArn: id }), { abortSignal: signal }),
      ...missingTopic,
    );
    const values = found?.Attributes;
    if (values === undefined) return undefined;
    return {
      id,
      state: {
        name: id.slice(id.lastIndexOf(":") + 1),
        displayName: values.DisplayName ?? "",
        kmsMasterKeyId: values.KmsMasterKeyId ?? "",
        policy: values.Policy ?? "",
        arn: id,
        owner: values.Owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const sns = aws.use("sns");
    for (const name of names) {
      if (after[name] === undefined && name === "policy") continue;
      if ((before[name] ?? "") === (after[name] ?? "")) continue;
      await sns.send(
        new SetTopicAttributesCommand({
          TopicArn: id,
          AttributeName: attributes[name],
          AttributeValue: after[name] ?? "",
        }),
        { abortSignal: signal },
      );
    }
  },

  async delete(aws, id, _state, { signal }) {
    const sns = aws.use("sns");
    await unlessMissing(
      sns.send(new DeleteTopicCommand({ TopicArn: id }), { abortSignal: signal }),
      ...missingTopic,
    );
  },
});
