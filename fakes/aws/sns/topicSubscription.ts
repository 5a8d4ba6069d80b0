import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";
import { missingTopic } from "./topic";

type TopicSubscriptionState = {
  topic: string;
  protocol: string;
  endpoint: string;
  rawMessageDelivery: boolean;
  endpointAutoConfirms: boolean;
  confirmationTimeoutInMinutes: number;
  arn: string;
  confirmationWasAuthenticated: boolean;
  filterPolicyScope: string;
  ownerId: string;
  pendingConfirmation: boolean;
  region: string;
};

/** A subscriber of a topic. Its id is its ARN. */
export const topicSubscription = resource<Aws, TopicSubscriptionState>({
  inputs: {
    topic: fixedText,
    protocol: fixedText,
    endpoint: fixedText,
    rawMessageDelivery: flag(false),
    // Both configure the wait for a confirmation. The service does not store them.
    endpointAutoConfirms: flag(false),
    confirmationTimeoutInMinutes: { type: "number", default: 1 },
  },
  outputs: {
    arn: {},
    confirmationWasAuthenticated: {},
    filterPolicyScope: {},
    ownerId: {},
    pendingConfirmation: {},
    region: {},
  },

  async create(aws, state, { signal }) {
    const sns = aws.use("sns");
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({
        TopicArn: state.topic,
        Protocol: state.protocol,
        Endpoint: state.endpoint,
        ReturnSubscriptionArn: true,
        ...(state.rawMessageDelivery && { Attributes: { RawMessageDelivery: "true" } }),
      }),
      { abortSignal: signal },
    );
    return { id: present(SubscriptionArn, "the subscription's ARN") };
  },

  async read(aws, id, _known, { signal }) {
    const sns = aws.use("sns");
    const found = await unlessMissing(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: id }), { abortSignal: signal }),
      ...missingTopic,
    );
    const values = found?.Attributes;
    if (values === undefined) return undefined;
    return {
      id,
      state: {
        topic: values.TopicArn,
        protocol: values.Protocol,
        endpoint: values.Endpoint,
        rawMessageDelivery: values.RawMessageDelivery === "true",
        arn: id,
        confirmationWasAuthenticated: values.ConfirmationWasAuthenticated === "true",
        filterPolicyScope: values.FilterPolicyScope ?? "",
        ownerId: values.Owner,
        pendingConfirmation: values.PendingConfirmation === "true",
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    if (before.rawMessageDelivery === after.rawMessageDelivery) return;
    const sns = aws.use("sns");
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: id,
        AttributeName: "RawMessageDelivery",
        AttributeValue: String(after.rawMessageDelivery),
      }),
      { abortSignal: signal },
    );
  },

  async delete(aws, id, _state, { signal }) {
    const sns = aws.use("sns");
    await unlessMissing(
      sns.send(new UnsubscribeCommand({ SubscriptionArn: id }), { abortSignal: signal }),
      ...missingTopic,
    );
  },
});
