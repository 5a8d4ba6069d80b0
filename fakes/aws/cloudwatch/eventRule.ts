import { DeleteRuleCommand, DescribeRuleCommand, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { resource, sameJson } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";

type EventRuleState = {
  name: string;
  description?: string;
  eventBusName: string;
  eventPattern?: string;
  state: string;
  forceDestroy: boolean;
  arn: string;
  region: string;
};

/** A rule of EventBridge's default bus; its id is its name. */
export const eventRule = resource<Aws, EventRuleState>({
  autoname: { maxLength: 64 },
  inputs: {
    name: fixedText,
    description: { type: "string" },
    eventBusName: {
      type: "string",
      default: "default",
      replaces: true,
      check: (name) =>
        name === "default" ? undefined : "must be default: the local stand-in supports no other bus",
    },
    eventPattern: { type: "string", same: sameJson },
    state: { type: "string", default: "ENABLED" },
    forceDestroy: flag(false),
  },
  outputs: { arn: {}, region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: state.name };
  },

  async read(aws, id, _known, { signal }) {
    const events = aws.use("events");
    const found = await unlessMissing(
      events.send(new DescribeRuleCommand({ Name: id }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        name: found.Name,
        description: found.Description ?? "",
        eventBusName: found.EventBusName ?? "default",
        eventPattern: found.EventPattern ?? "",
        state: found.State,
        arn: found.Arn,
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, id, { forceDestroy }, { signal }) {
    const events = aws.use("events");
    await unlessMissing(
      events.send(new DeleteRuleCommand({ Name: id, Force: forceDestroy }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
  },
});

async function put(aws: Aws, state: EventRuleState, signal: AbortSignal): Promise<void> {
  const events = aws.use("events");
  await events.send(
    new PutRuleCommand({
      Name: state.name,
      Description: state.description,
      EventPattern: state.eventPattern,
      State: state.state as "ENABLED" | "DISABLED",
    }),
    { abortSignal: signal },
  );
}
